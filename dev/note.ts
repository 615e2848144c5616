/**
 * A file that says where the run-time of this folder is while it is up, so that the CLI in another
 * terminal finds the same ledger and the same Temporal.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunTime } from './run-time';

const FILE = 'run-time.json';

export function writeNote({ databaseUrl, temporal, stripe, folder }: RunTime): void {
  const note = {
    pid: process.pid,
    databaseUrl,
    temporalAddress: temporal.address,
    temporalNamespace: temporal.namespace,
    temporalUi: temporal.uiUrl,
    // Of the simulator only: a real key stays in the environment.
    ...(stripe?.simulatorUrl === undefined
      ? {}
      : {
          stripeSecretKey: stripe.env['STRIPE_SECRET_KEY'],
          stripeApiUrl: stripe.simulatorUrl,
        }),
  };
  // The address of the database holds its password.
  writeFileSync(join(folder, FILE), `${JSON.stringify(note, null, 2)}\n`, { mode: 0o600 });
}

export function removeNote({ folder }: RunTime): void {
  rmSync(join(folder, FILE), { force: true });
}
