/**
 * One Jest project per kind of test. `unit` and `replay` need no services; the others use the
 * PostgreSQL and the Temporal server that `npm test` starts (tools/test.mjs).
 */

/** @param {string} name @param {string[]} [folders] */
function project(name, folders = [name]) {
  return {
    displayName: name,
    testEnvironment: 'node',
    testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
    // The build holds copies of package.json and of modules that must not shadow the sources.
    // An `import()` of ours names the file that the build will hold.
    moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.tollgate/'],
    transform: {
      '^.+\\.ts$': [
        '@swc/jest',
        {
          jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
          module: { type: 'commonjs' },
        },
      ],
    },
  };
}

module.exports = {
  projects: [
    project('unit'),
    project('replay'),
    project('stripe'),
    project('db'),
    project('temporal'),
    project('e2e', ['e2e', 'dev']),
  ],
  testSequencer: '<rootDir>/test/support/slowest-first.cjs',
  // For tests and hooks of every project; Jest passes over a limit that stands in a project.
  testTimeout: 180_000,
};
