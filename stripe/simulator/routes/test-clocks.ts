/** `/v1/test_helpers/test_clocks`: time that a test moves by itself, for the customers tied to it. */
import type Stripe from 'stripe';
import { z } from 'zod';
import { addIntervals } from '../engine/time';
import { cancelNow } from '../engine/cancel-subscription';
import { emit } from '../state/events';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { page } from '../wire/lists';
import { instant, paging, text } from '../wire/params';
import { type Route, route } from '../wire/route';

type Clock = Stripe.TestHelpers.TestClock;

const KEPT_SECONDS = 30 * 86_400;
/** Stripe's limit of one advance, in intervals of the shortest subscription. */
const MOST_INTERVALS = 2;
/** The same where there is no subscription to count by. */
const LONGEST_ADVANCE_SECONDS = 2 * 366 * 86_400;

function clockOf(world: World, ids: Record<string, string>): Clock {
  const row = world.get('test_helpers.test_clock', ids['id']);
  if (!row) throw missing('test_clock', ids['id'] ?? '');
  return row;
}

export function createClock(
  world: World,
  given: { frozen_time: number; name?: string | undefined },
): Clock {
  const row = world.put<Clock>({
    id: world.newId('clock'),
    object: 'test_helpers.test_clock',
    created: world.wallNow(),
    deletes_after: world.wallNow() + KEPT_SECONDS,
    frozen_time: given.frozen_time,
    livemode: false,
    name: given.name ?? null,
    status: 'ready',
    status_details: {},
  });
  emit(world, 'test_helpers.test_clock.created', row);
  return row;
}

function checkTarget(world: World, clock: Clock, target: number): void {
  if (clock.status !== 'ready') {
    throw invalid('The test clock is already advancing.', undefined, 'test_clock_advancing');
  }
  if (target <= clock.frozen_time) {
    throw invalid('Cannot advance a test clock to the past or its current time.', 'frozen_time');
  }
  const limits = world
    .all('subscription')
    .filter((it) => it.test_clock === clock.id && !it.ended_at)
    .flatMap((it) => it.items.data)
    .map(({ price }) =>
      price.recurring ? addIntervals(clock.frozen_time, price.recurring, MOST_INTERVALS) : Infinity,
    );
  const latest = Math.min(clock.frozen_time + LONGEST_ADVANCE_SECONDS, ...limits);
  if (target > latest) {
    throw invalid(
      'You can only advance a test clock by up to two intervals of the shortest subscription on it.',
      'frozen_time',
    );
  }
}

function remove(world: World, clock: Clock): object {
  for (const customer of world.all('customer')) {
    if (customer.test_clock !== clock.id) continue;
    for (const row of world.all('subscription')) {
      if (row.customer !== customer.id || row.ended_at) continue;
      cancelNow(world, row, { invoiceNow: false, prorate: false, comment: null, feedback: null });
    }
    world.remove('customer', customer.id);
  }
  emit(world, 'test_helpers.test_clock.deleted', clock);
  world.remove('test_helpers.test_clock', clock.id);
  return { id: clock.id, object: 'test_helpers.test_clock', deleted: true };
}

const nothing = z.strictObject({});
const PATH = '/v1/test_helpers/test_clocks';

/** `advance` carries on in the background until the clock is `ready` again. */
export function testClockRoutes(advance: (clock: string, target: number) => void): Route[] {
  return [
    route(
      'POST',
      PATH,
      z.strictObject({ frozen_time: instant, name: text.optional() }),
      createClock,
    ),
    route('GET', PATH, z.strictObject(paging), (world, given) =>
      page(world.all('test_helpers.test_clock').reverse(), given, PATH),
    ),
    route('GET', `${PATH}/:id`, nothing, (world, _given, ids) => clockOf(world, ids)),
    route(
      'POST',
      `${PATH}/:id/advance`,
      z.strictObject({ frozen_time: instant }),
      (world, given, ids) => {
        const clock = clockOf(world, ids);
        checkTarget(world, clock, given.frozen_time);
        advance(clock.id, given.frozen_time);
        return clockOf(world, ids);
      },
    ),
    route('DELETE', `${PATH}/:id`, nothing, (world, _given, ids) =>
      remove(world, clockOf(world, ids)),
    ),
  ];
}
