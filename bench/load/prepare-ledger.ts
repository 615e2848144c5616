/** Sets up the ledger's schema, and after the load asks it whether the books still add up. */
import type { Ledger } from '../../ledger/ledger';
import { migrate } from '../../ledger/migrate';

export async function prepareLedger(url: string): Promise<void> {
  await migrate(url);
}

/** A ledger that is fast and wrong is not worth a figure. */
export async function requireTrueBooks(ledger: Ledger): Promise<void> {
  const report = await ledger.doctor();
  if (report.ok) return;
  const broken = report.checks.filter(({ ok }) => !ok);
  const lines = broken.map(({ invariant, offenders }) => `${invariant}: ${offenders.join('; ')}`);
  throw new Error(`the books do not add up after the load:\n${lines.join('\n')}`);
}
