/**
 * Who may import whom: the table below is the one in ARCHITECTURE.md. One rule per folder says what
 * it may import of ours; a few more keep the sandbox free of Node and the graph free of cycles.
 */

/** Folder: the folders of ours it may import from, besides itself. */
const mayImport = {
  'core/contract': [],
  'core/pricing': ['core/contract'],
  'core/billing': ['core/contract', 'core/pricing'],
  workflows: ['core'],
  plugin: ['core', 'ledger'],
  ledger: ['core/contract'],
  stripe: ['core/contract'],
  'stripe/simulator': [],
  activities: ['core', 'ledger', 'client', 'stripe'],
  client: ['core/contract'],
  server: ['core', 'client', 'ledger', 'stripe'],
  worker: ['core', 'ledger', 'plugin', 'activities', 'client', 'stripe', 'examples', 'entry'],
  cli: [
    'core',
    'ledger',
    'plugin',
    'activities',
    'client',
    'stripe',
    'server',
    'worker',
    'dev',
    'examples',
    'entry',
  ],
  dev: [
    'core',
    'ledger',
    'plugin',
    'activities',
    'client',
    'stripe',
    'server',
    'worker',
    'examples',
    'entry',
  ],
  examples: ['entry'],
  // The benchmark measures the ledger, the gate and the server themselves, on the services that dev/ provides.
  bench: ['entry', 'core', 'ledger', 'plugin', 'client', 'stripe', 'server', 'dev'],
};

/** The published entry points at the top. */
const ENTRY = '^(index|workflow|client|ledger|billing|testing)[.]ts$';
const OURS = `^(${[...Object.keys(mayImport), 'core', 'test', 'tools'].join('|')})/`;
const SANDBOX = '^(core/(contract|pricing|billing)/|workflows/|plugin/workflow-)';

const folderRules = Object.entries(mayImport).map(([folder, allowed]) => {
  const allowedPaths = [folder, ...allowed]
    .filter((name) => name !== 'entry')
    .map((name) => `^${name}/`);
  if (allowed.includes('entry')) allowedPaths.push(ENTRY);
  return {
    name: `${folder.replace('/', '-')}-imports`,
    comment: `${folder}/ may import only: ${allowed.join(', ') || 'nothing of ours'}`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: { path: [OURS, '^[^/]+[.]ts$'], pathNot: allowedPaths },
  };
});

module.exports = {
  forbidden: [
    ...folderRules.filter((rule) => !['workflows-imports', 'client-imports'].includes(rule.name)),
    {
      name: 'workflows-imports',
      comment: 'workflows/ may import core/, and only types of activities/',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        path: [OURS, '^[^/]+[.]ts$'],
        pathNot: ['^workflows/', '^core/', '^activities/'],
      },
    },
    {
      name: 'workflows-import-activity-types-only',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'client-imports',
      comment: 'client/ may import core/contract, and names and types of workflows/',
      severity: 'error',
      from: { path: '^client/' },
      to: {
        path: [OURS, '^[^/]+[.]ts$'],
        pathNot: ['^client/', '^core/contract/', '^workflows/'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'sandbox-has-no-node',
      comment: 'what runs in the workflow sandbox cannot use the Node library',
      severity: 'error',
      from: { path: SANDBOX },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sandbox-packages',
      comment: 'a workflow bundle holds nothing but Temporal and our own code',
      severity: 'error',
      from: { path: SANDBOX, pathNot: '[.]schema[.]ts$' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/@temporalio/(workflow|common)/',
      },
    },
    {
      name: 'contract-has-no-packages',
      comment: 'zod, in *.schema.ts files, is the only package that core/contract may load',
      severity: 'error',
      from: { path: '^core/contract/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/zod/',
      },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere, or to a package that package.json does not name',
      severity: 'error',
      from: { path: OURS },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'found',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|docs|[.]tollgate|node_modules/[.]cache)/' },
    // Without `tsConfig`: it would take the package `stripe` for our entry point `stripe.ts`.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'require', 'node', 'default'],
      mainFields: ['main', 'types'],
    },
  },
};
