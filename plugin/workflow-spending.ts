/**
 * Runs in the workflow sandbox. Adds up the receipts of a run and says in words what it has spent, for
 * the `credits` query and for Temporal's UI. It is rebuilt from the history on every replay.
 */
import { writeCount } from '../core/contract/counted';
import { credits, formatCredits, type Credits } from '../core/contract/credits';
import type { Receipt } from '../core/contract/receipt';
import type { RunCredits } from '../core/contract/run-credits';

export interface Spending {
  record(receipt: Receipt): void;
  read(): RunCredits;
  /** Markdown for the run's current details. */
  describe(): string;
}

interface BlockTotal {
  calls: number;
  spent: Credits;
}

export function trackSpending(account: string | undefined): Spending {
  const totals = new Map<string, BlockTotal>();
  let spent = 0n;
  let blocks = 0;
  let last: Receipt | undefined;
  return {
    record(receipt) {
      const charged = credits(receipt.charged);
      const total = totals.get(receipt.block) ?? { calls: 0, spent: 0n };
      totals.set(receipt.block, { calls: total.calls + 1, spent: total.spent + charged });
      spent += charged;
      blocks += 1;
      last = receipt;
    },
    read: () => ({
      ...(account === undefined ? {} : { account }),
      spent: formatCredits(spent),
      blocks,
      byBlock: Object.fromEntries(
        [...totals].map(([block, total]) => [
          block,
          { calls: total.calls, spent: formatCredits(total.spent) },
        ]),
      ),
    }),
    describe() {
      const by = writeCount(blocks, 'block');
      const head = `**${formatCredits(spent)} credits** spent by ${by}, account \`${account ?? '?'}\``;
      if (!last) return head;
      const left = last.left === undefined ? '' : ` The account then had ${last.left} available.`;
      return `${head}\n\nLast: \`${last.block}\`, ${last.charged} credits.${left}`;
    },
  };
}
