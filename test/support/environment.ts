/**
 * Where the services of a test run are. `npm test` starts them and exports these variables; a test
 * that finds one missing fails at once and says how to run it.
 */

export function readTestDatabaseUrl(): string {
  return readVariable('TOLLGATE_TEST_DATABASE_URL');
}

export function readTestTemporalAddress(): string {
  return readVariable('TOLLGATE_TEST_TEMPORAL_ADDRESS');
}

/** Base URL of Temporal's own UI on the server of the run. */
export function readTestTemporalUi(): string {
  return readVariable('TOLLGATE_TEST_TEMPORAL_UI');
}

/** Path of the Chromium that browser tests drive. */
export function readTestChromium(): string {
  return readVariable('TOLLGATE_TEST_CHROMIUM');
}

function readVariable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(`${name} is not set. Run this test with: npm test -- <path of the test file>`);
}
