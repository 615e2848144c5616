/** What past calls cost, for quotes; nothing where no ledger is known, since a price book needs none. */
import type { PastCosts } from '../core/contract/cost-range';
import { nameChoice } from '../core/pricing/resolve-price';
import { useLedger } from './answer';
import { readEnvironment } from './environment';
import type { PricedCall } from './find-price';

export async function readPastCosts(
  calls: readonly PricedCall[],
  agent: string | undefined,
): Promise<readonly (PastCosts | undefined)[]> {
  if (!readEnvironment().databaseUrl) return calls.map(() => undefined);
  const choices = calls.map(({ price, args }) => ({ price, choice: nameChoice(price.rule, args) }));
  return useLedger((ledger) => ledger.readPastCosts(choices, agent === undefined ? {} : { agent }));
}
