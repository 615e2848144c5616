/**
 * Pack grants: each purchase brings its allowance once, the next of the same subscription ends it, and
 * the way a subscription ends says what becomes of the last one.
 */
import { PACK_SOURCE, type LedgerCommand } from '../contract/billing-books';
import type { Catalogue } from '../contract/plans';
import type { BillingBooks } from '../contract/billing-books';
import { formatCredits } from '../contract/credits';
import { stepDownOf } from './step-down';
import { allowanceOf } from './plans';
import { isPaidLate } from './standing';
import type { SubscriptionLife } from './subscription-life';
import { HOUR, isoTime } from './times';

type Term = Pick<Extract<LedgerCommand, { do: 'term' }>, 'expiresAt' | 'priority'>;

export function packGrants(
  catalogue: Catalogue,
  books: BillingBooks,
  life: SubscriptionLife,
): readonly LedgerCommand[] {
  const { purchases, current } = life;
  const step = stepDownOf(catalogue, life);
  return purchases
    .filter(({ brings }) => brings)
    .flatMap(({ grantKey: key, pack, late, period }) => {
      const held = books.grants.find((grant) => grant.key === key);
      const term: Term = late
        ? { expiresAt: isoTime(period.end), priority: catalogue.burn.pack }
        : key === current?.grantKey
          ? termOf(catalogue, life, held)
          : { expiresAt: null, priority: catalogue.burn.pack };
      const superseded = !late && key !== current?.grantKey;
      const commands: LedgerCommand[] = [];
      if (!held) {
        commands.push({
          do: 'grant',
          key,
          source: PACK_SOURCE,
          amount: pack.allowance,
          priority: term.priority,
          ...(term.expiresAt === null ? {} : { expiresAt: term.expiresAt }),
        });
      }
      // A step down of a period that came and went unseen: what it cut is credited all the same.
      if (superseded && !held && step?.bought.grantKey === key) {
        const atMost = formatCredits(allowanceOf(step.to));
        commands.push({ do: 'cut', key, cause: step.cause, atMost });
      }
      if (superseded && held?.ended !== true) {
        commands.push({ do: 'end', key, cause: `renewed:${current?.grantKey}` });
      } else if (held && !held.ended && !late && differs(held, term)) {
        commands.push({ do: 'term', key, ...term });
      }
      return commands;
    });
}

/** How long the allowance lasts, if no purchase replaces it. */
function termOf(
  { burn }: Catalogue,
  life: SubscriptionLife,
  held: BillingBooks['grants'][number] | undefined,
): Term {
  const { phase, current, subscription, since } = life;
  const until = (at: number | undefined): Term => ({
    expiresAt: at === undefined ? null : isoTime(at),
    priority: burn.pack,
  });
  if (current && isPaidLate(life)) return until(current.period.end);
  switch (phase) {
    case 'ended':
      return until(since);
    case 'given-up':
      return { expiresAt: null, priority: burn.topUp };
    case 'running': {
      // A cancellation beyond the paid period is one of a period that nobody has paid: see `given-up`.
      const { cancelAt } = subscription;
      const withPeriod = cancelAt !== undefined && cancelAt <= (current?.period.end ?? 0) + HOUR;
      return until(withPeriod ? cancelAt : undefined);
    }
    default:
      return { expiresAt: held?.expiresAt ?? null, priority: held?.priority ?? burn.pack };
  }
}

function differs(held: BillingBooks['grants'][number], term: Term): boolean {
  return (held.expiresAt ?? null) !== term.expiresAt || held.priority !== term.priority;
}
