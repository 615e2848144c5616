/**
 * What a worker really loads into the workflow sandbox: our own files come from the sandbox folders
 * only, and the packages are Temporal's and the few it stands on. A validation library or a database
 * driver that slips in through an import costs memory in every cached workflow, or breaks it.
 */
import { join, relative } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const ROOT = join(__dirname, '../../..');

const SANDBOX_FILES =
  /^(workflow\.ts|workflows\/|core\/(contract|pricing|billing)\/|plugin\/workflow-)/;

/** Temporal's own, and what Temporal's own are made of. */
const PACKAGES = new Set([
  '@temporalio/common',
  '@temporalio/workflow',
  '@temporalio/proto',
  '@temporalio/worker',
  'assert',
  'long',
  'ms',
  'nexus-rpc',
  'protobufjs',
]);

interface BundledModules {
  readonly own: readonly string[];
  readonly packages: readonly string[];
}

describe('the workflow bundle', () => {
  let modules: BundledModules;

  beforeAll(async () => {
    modules = await bundleModules();
  });

  it('holds the interceptors and the surface for authors', () => {
    expect(modules.own).toContain('plugin/workflow-interceptors.ts');
    expect(modules.own).toContain('workflow.ts');
    expect(modules.packages).toContain('@temporalio/workflow');
  });

  it('holds only files of ours that may run in the sandbox', () => {
    expect(modules.own.filter((file) => !SANDBOX_FILES.test(file))).toEqual([]);
  });

  it('holds no schema files, which would bring the validation library', () => {
    expect(modules.own.filter((file) => file.endsWith('.schema.ts'))).toEqual([]);
  });

  it('holds only packages that Temporal brings', () => {
    expect(modules.packages.filter((name) => !PACKAGES.has(name))).toEqual([]);
  });
});

async function bundleModules(): Promise<BundledModules> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(ROOT, 'workflow.ts'),
    workflowInterceptorModules: [join(ROOT, 'plugin/workflow-interceptors.ts')],
    logger: new DefaultLogger('ERROR'),
  });
  const encoded = /sourceMappingURL=data:[^,]*;base64,(\S+)/.exec(code)?.[1];
  if (!encoded) throw new Error('The bundle carries no source map.');
  const map: { sources: readonly string[] } = JSON.parse(
    Buffer.from(encoded, 'base64').toString('utf8'),
  );
  const files = map.sources
    .map((source) => source.replace(/^webpack:\/\/[^/]*/, '').replace(/\?.*$/, ''))
    .map((path) => relative(ROOT, path));
  return {
    own: files.filter((file) => file.endsWith('.ts') && !file.includes('node_modules')),
    packages: [...new Set(files.filter((file) => file.includes('node_modules')).map(packageOf))],
  };
}

function packageOf(file: string): string {
  const [scopeOrName = '', name = ''] = (file.split('node_modules/').at(-1) ?? '').split('/');
  return scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName;
}
