/**
 * `npm run check`: everything that can be said about the sources without a service, in well under a
 * minute. Two checks run at a time; what a check printed is shown only when it fails.
 */
import { setUp } from './setup.mjs';
import { isProgram } from './setup/paths.mjs';
import { runStep } from './setup/steps.mjs';

const LANES = 2;
const CACHE = 'node_modules/.cache';

/** Name, and the command line as it would be typed after `node node_modules/`. */
const staticChecks = [
  ['types', 'typescript/bin/tsc', '-p', 'tsconfig.json'],
  [
    'lint',
    'eslint/bin/eslint.js',
    '.',
    '--max-warnings=0',
    '--cache',
    '--cache-location',
    `${CACHE}/eslint/`,
  ],
  [
    'format',
    'prettier/bin/prettier.cjs',
    '.',
    '--check',
    '--log-level=warn',
    '--cache',
    '--cache-location',
    `${CACHE}/prettier-check.json`,
  ],
  [
    'imports',
    'dependency-cruiser/bin/dependency-cruise.mjs',
    '.',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
  ],
  ['unused code', 'knip/bin/knip.js', '--no-progress'],
];
const testChecks = [
  [
    'tests without services',
    'jest/bin/jest.js',
    '--selectProjects',
    'unit',
    'replay',
    '--maxWorkers=2',
  ],
];

/** Names of the checks that failed; what they found is on stderr. */
export async function runChecks({ tests }) {
  const waiting = tests ? [...staticChecks, ...testChecks] : [...staticChecks];
  const failed = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, program, ...args] = next;
      try {
        await runStep(name, process.execPath, [`node_modules/${program}`, ...args]);
      } catch (error) {
        process.stderr.write(`${error.message}\n`);
        failed.push(name);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return failed;
}

if (isProgram(import.meta.url)) {
  await setUp();
  const failed = await runChecks({ tests: true });
  if (failed.length > 0) {
    process.stderr.write(`tollgate: failed: ${failed.join(', ')}\n`);
    process.exitCode = 1;
  }
}
