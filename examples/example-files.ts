/** Where the examples find their input when the user names none: this project's own files. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const SALES = join('examples', 'analyst-chat', 'data', 'monthly-sales.csv');

/** A year of monthly sales of a made-up coffee shop. */
export function findSalesTable(): string {
  return join(findProjectFolder(), SALES);
}

/** The folder with this project's README and docs; the build lies one folder deeper in it. */
export function findProjectFolder(): string {
  const candidates = [join(__dirname, '..'), join(__dirname, '..', '..')];
  const found = candidates.find((folder) => existsSync(join(folder, SALES)));
  if (found === undefined) throw new Error(`The examples miss their data: ${SALES}`);
  return found;
}
