/** Where everything is, for people. */
import { WEBHOOK_PATH } from '../server/webhook-route';
import { LOOPBACK } from './free-port';
import type { RunTime } from './run-time';

export function describeAddresses({
  databaseUrl,
  temporal,
  taskQueue,
  stripe,
  folder,
  parts,
}: RunTime): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Temporal's UI", temporal.uiUrl],
    ['Temporal', `${temporal.address}, namespace ${temporal.namespace}, task queue ${taskQueue}`],
    ['PostgreSQL', databaseUrl],
    ['Stripe', stripe?.said],
    ['Its clocks', stripe?.simulatorUrl && `${stripe.simulatorUrl}/clocks`],
    ['Webhooks', describeServer(stripe)],
    ['Data and logs', `${folder} (delete it to start afresh)`],
    ['Processes', parts.map(({ name, pid }) => `${name} ${pid}`).join(', ')],
  ];
  return rows
    .flatMap(([name, value]) => (value === undefined ? [] : `  ${name.padEnd(14)}  ${value}`))
    .join('\n');
}

function describeServer(stripe: RunTime['stripe']): string | undefined {
  if (stripe?.serverPort === undefined) return undefined;
  return `http://${LOOPBACK}:${stripe.serverPort}${WEBHOOK_PATH}`;
}
