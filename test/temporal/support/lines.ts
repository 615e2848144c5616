/** What tests of waiting runs have in common: credits that come, and who is in line. */
import { outOfCreditsId } from '../../../core/contract/out-of-credits';
import { credits } from '../../../index';
import type { WaitingView } from '../../../ledger';
import { eventually } from '../../support/eventually';
import type { Step } from '../workflows/plan';
import { whenIdle, type GatedHouse } from './gated-house';

const DEADLINE_MS = 60_000;
let grants = 0;

/** A block of 3 credits. */
export function work(label: string): Step {
  return { call: 'work', input: { label } };
}

export async function topUp(house: GatedHouse, account: string, amount: string): Promise<void> {
  const key = `top-up-${(grants += 1)}`;
  await house.ledger.grant({ account, amount: credits(amount), key, source: 'top-up' });
}

/** Waits until so many calls of the account are in line. */
export function whenInLine(
  house: GatedHouse,
  account: string,
  count: number,
): Promise<readonly WaitingView[]> {
  return eventually(
    async () => {
      const line = await house.ledger.listWaiting({ account, limit: 1_000 });
      return line.length === count && line;
    },
    { what: `${count} in line`, deadlineMs: DEADLINE_MS },
  );
}

/** Waits until the episode has ended and nothing is set aside. */
export async function whenOver(house: GatedHouse, account: string): Promise<void> {
  await house.temporal.client.workflow.getHandle(outOfCreditsId(account)).result();
  await whenIdle(house.ledger, account);
}
