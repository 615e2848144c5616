/**
 * The promise: an account that nothing happens to costs Temporal one open timer, its next wake-up, and
 * nothing before that; each wake-up adds one look and the next timer. An account that has never been to
 * Stripe costs none.
 */
import { randomUUID } from 'node:crypto';
import { subscriptionOf } from '../../../client/subscription';
import { subscriptionWorkflowId } from '../../../core/contract/subscription';
import { eventually } from '../../support/eventually';
import { startTimeSkipping, type TimeSkippingServer } from '../../support/time-skipping';
import { openBillingHouse, type BillingHouse } from '../support/billing-house';

const DEADLINE_MS = 60_000;

let time: TimeSkippingServer;
let house: BillingHouse;
beforeAll(async () => {
  time = await startTimeSkipping();
  house = await openBillingHouse({ temporalAddress: time.address });
});
afterAll(async () => {
  await house.close();
  await time.close();
});

/** Names of the events, and how many timers are open. */
async function readHistory(account: string) {
  const handle = house.temporal.client.workflow.getHandle(subscriptionWorkflowId(account));
  const { events } = await handle.fetchHistory();
  const count = (field: string): number =>
    events?.filter((event) => Reflect.get(event, field)).length ?? 0;
  const last = events?.at(-1);
  const started = count('timerStartedEventAttributes');
  const fired = count('timerFiredEventAttributes');
  return {
    events: events?.length ?? 0,
    /** Nothing is under way. */
    rests: Boolean(last?.workflowTaskCompletedEventAttributes ?? last?.timerStartedEventAttributes),
    looks: count('activityTaskCompletedEventAttributes'),
    started,
    open: started - fired - count('timerCanceledEventAttributes'),
  };
}

async function whenIdle(account: string, looks: number) {
  return eventually(
    async () => {
      const history = await readHistory(account);
      return history.rests && history.looks === looks && history;
    },
    { what: `${looks} looks`, deadlineMs: DEADLINE_MS },
  );
}

it('a customer: one timer, and after it one more', async () => {
  const { account, subscription } = await house.openAccount();
  await house.simulator.settled();
  await subscription.hint();
  const before = await eventually(
    async () => {
      const seen = await readHistory(account);
      return seen.rests && seen.open === 1 && seen;
    },
    { what: 'the first look', deadlineMs: DEADLINE_MS },
  );
  await time.sleep('23 hours');
  expect(await readHistory(account)).toEqual(before);
  await time.sleep('2 hours');
  const after = await whenIdle(account, before.looks + 1);
  expect(after).toMatchObject({ started: before.started + 1, open: 1 });
});

it('an account that has never been to Stripe: no timer', async () => {
  const account = `acct-${randomUUID()}`;
  await house.ledger.openAccount(account);
  const { taskQueue } = house;
  await subscriptionOf(house.temporal.client, account, { taskQueue }).hint();
  const before = await whenIdle(account, 1);
  await time.sleep('3 days');
  expect(await readHistory(account)).toEqual(before);
  expect(before).toMatchObject({ started: 0, open: 0 });
});
