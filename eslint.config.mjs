/**
 * What a reviewer should not have to say. Layout is Prettier's; who may import whom is in
 * .dependency-cruiser.cjs.
 */
import { defineConfig, globalIgnores } from 'eslint/config';
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

/** Folders that run in the workflow sandbox, where neither Node nor the outside world exists. */
const SANDBOX = [
  'core/contract/**/*.ts',
  'core/pricing/**/*.ts',
  'core/billing/**/*.ts',
  'workflows/**/*.ts',
  'plugin/workflow-*.ts',
];

/** Files that offer an entry point, of the package or of a workflow bundle: the only ones that may re-export. */
const ENTRY_POINTS = [
  'index.ts',
  'workflow.ts',
  'client.ts',
  'ledger.ts',
  'billing.ts',
  'testing.ts',
  'workflows/system.ts',
];

const houseSyntax = [
  {
    selector: 'ExportDefaultDeclaration',
    message: 'Export by name, so that a thing is called the same everywhere.',
  },
  {
    selector: 'ExportAllDeclaration',
    message: 'List what is exported.',
  },
];

const barrelSyntax = {
  selector: 'ExportNamedDeclaration[source]',
  message: 'Import from the file that defines it; only the package entry points re-export.',
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.tollgate/', 'docs/', '**/fixtures/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'object-shorthand': 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 100, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 5],
      'no-restricted-syntax': ['error', ...houseSyntax, barrelSyntax],
    },
  },
  {
    files: ENTRY_POINTS,
    rules: { 'no-restricted-syntax': ['error', ...houseSyntax] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 500 }],
      // A `describe` is as long as its cases.
      'max-lines-per-function': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    files: SANDBOX,
    rules: {
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'fetch', '__dirname', '__filename', 'require'].map((name) => ({
          name,
          message: 'This file runs in the workflow sandbox, which has no such thing.',
        })),
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: builtinModules,
          patterns: [{ group: ['node:*'], message: 'The workflow sandbox has no Node modules.' }],
        },
      ],
    },
  },
  {
    files: ['core/pricing/**/*.ts', 'core/billing/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is an argument here.' },
        { object: 'Math', property: 'random', message: 'Pricing is pure.' },
      ],
    },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    rules: { eqeqeq: 'error', 'object-shorthand': 'error', 'no-unused-vars': 'error' },
  },
);
