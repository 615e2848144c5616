/**
 * What the clock brings: the next thing that is due on a clock, and working it off in order. A clock
 * stands still at each due moment while it is worked off, so everything carries its own time.
 */
import type { InvoiceRow, SubscriptionRow } from '../state/rows';
import type { World } from '../state/world';
import { expireSession } from './expire-session';
import { incompleteUntil } from './create-subscription';
import { fallBehind } from './dunning';
import { subscriptionOf } from './invoices';
import { firstEnd } from './items';
import { attempt } from './pay';
import { endAsAsked, expirePendingUpdate, giveUpFirstPayment, renew } from './renew';

/** A draft whose `invoice.created` nobody takes becomes final all the same. */
const LONGEST_HOLD_SECONDS = 72 * 3_600;
/** More than any honest use: two years of daily periods with retries. */
const MOST_STEPS = 20_000;

interface Due {
  at: number;
  run: () => void;
}

export function nextDue(world: World, clock: string | null): Due | undefined {
  let first: Due | undefined;
  const offer = (due: Due | undefined): void => {
    if (due && (!first || due.at < first.at)) first = due;
  };
  for (const it of world.all('subscription')) {
    if (it.test_clock === clock) offer(dueOfSubscription(world, it));
  }
  for (const it of world.all('invoice')) {
    if (it.test_clock === clock) offer(dueOfInvoice(world, it));
  }
  for (const it of world.all('checkout.session')) {
    if (it.status !== 'open') continue;
    if ((world.get('customer', it.customer)?.test_clock ?? null) !== clock) continue;
    offer({ at: it.expires_at, run: () => expireSession(world, it) });
  }
  return first;
}

function dueOfSubscription(world: World, it: SubscriptionRow): Due | undefined {
  if (it.ended_at) return undefined;
  if (it.status === 'incomplete') {
    return { at: incompleteUntil(it.created), run: () => giveUpFirstPayment(world, it) };
  }
  const end = firstEnd(it);
  const patience = it.pending_update?.expires_at ?? Infinity;
  const asked = it.cancel_at ?? Infinity;
  if (patience <= Math.min(end, asked)) {
    return { at: patience, run: () => expirePendingUpdate(world, it) };
  }
  if (asked <= end) return { at: asked, run: () => endAsAsked(world, it) };
  return { at: end, run: () => renew(world, it) };
}

function dueOfInvoice(world: World, it: InvoiceRow): Due | undefined {
  const pay = (): void => void attempt(world, it, { automatic: true, present: false });
  if (it.status === 'draft' && it.auto_advance) {
    const planned = it.next_payment_attempt ?? it.automatically_finalizes_at;
    if (planned === null) return undefined;
    return { at: isHeld(world, it) ? it.created + LONGEST_HOLD_SECONDS : planned, run: pay };
  }
  if (it.status !== 'open') return undefined;
  if (it.collection_method === 'send_invoice') {
    const late = subscriptionOf(world, it)?.status === 'active' && it.due_date !== null;
    return late ? { at: it.due_date ?? 0, run: () => fallBehind(world, it, false) } : undefined;
  }
  if (!it.auto_advance || it.next_payment_attempt === null) return undefined;
  return { at: it.next_payment_attempt, run: pay };
}

/** By an endpoint that is still there and listening. */
function isHeld(world: World, draft: InvoiceRow): boolean {
  if (!world.settings.holdDrafts) return false;
  const refusedBy = [...(world.refusedDrafts.get(draft.id) ?? [])];
  return refusedBy.some((id) => world.get('webhook_endpoint', id)?.status === 'enabled');
}

/** Works off what is due up to `target`, one thing at a time; `between` runs after each. */
export async function workOff(
  world: World,
  clock: string | null,
  target: number,
  between: () => Promise<void>,
): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step += 1) {
    if (!workOne(world, clock, target)) return;
    await between();
  }
  throw new Error(`more than ${MOST_STEPS} things were due on one clock`);
}

/** The same for callers who cannot wait. */
export function catchUp(world: World): void {
  const now = world.wallNow();
  for (let step = 0; step < MOST_STEPS && workOne(world, null, now); step += 1);
  world.holdAt(null, null);
  for (const id of world.running()) catchUpOn(world, id);
}

/** A test clock that runs by itself; one that is being moved comes to its turn later. */
function catchUpOn(world: World, id: string): void {
  const clock = world.need('test_helpers.test_clock', id);
  if (clock.status !== 'ready') return;
  const now = world.now(id);
  for (let step = 0; step < MOST_STEPS && workOne(world, id, now); step += 1);
  world.holdAt(id, null);
  if (clock.frozen_time < now) world.put({ ...clock, frozen_time: now });
}

/** Holds the clock at what was due; the caller lets it go. */
function workOne(world: World, clock: string | null, target: number): boolean {
  const due = nextDue(world, clock);
  if (!due || due.at > target) return false;
  // A moment may lie behind the clock: what was held up happens now, not then.
  const running = world.holdAt(clock, null);
  const now = running ?? due.at;
  world.holdAt(clock, Math.max(now, due.at));
  world.atomically(due.run);
  return true;
}
