/** Where everything is, for people. */
import type { RunTime } from './run-time';

export function describeAddresses({
  databaseUrl,
  temporal,
  taskQueue,
  folder,
  parts,
}: RunTime): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Temporal's UI", temporal.uiUrl],
    ['Temporal', `${temporal.address}, namespace ${temporal.namespace}, task queue ${taskQueue}`],
    ['PostgreSQL', databaseUrl],
    ['Data and logs', `${folder} (delete it to start afresh)`],
    ['Processes', parts.map(({ name, pid }) => `${name} ${pid}`).join(', ')],
  ];
  return rows
    .flatMap(([name, value]) => (value === undefined ? [] : `  ${name.padEnd(14)}  ${value}`))
    .join('\n');
}
