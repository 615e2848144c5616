/**
 * One Jest project per kind of test. `unit` and `replay` need no services; the others use the
 * PostgreSQL and the Temporal server that `npm test` starts (tools/test.mjs).
 */

/** @param {string} name @param {number} timeoutMs @param {string[]} [folders] */
function project(name, timeoutMs, folders = [name]) {
  return {
    displayName: name,
    testEnvironment: 'node',
    testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
    testTimeout: timeoutMs,
    // The build holds copies of package.json and of modules that must not shadow the sources.
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
    project('unit', 30_000),
    project('replay', 60_000),
    project('db', 60_000),
    project('temporal', 90_000),
    project('e2e', 180_000, ['e2e', 'dev']),
  ],
};
