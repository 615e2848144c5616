/**
 * Events: what changed, with the object as it was at that moment. `changeRow` keeps a row and says so,
 * with the old values of what differs, as Stripe does; a change of nothing makes no event.
 */
import type { AnyRow } from './rows';
import { render } from './rendering';
import type { World } from './world';

export const API_VERSION = '2026-10-28.endive';

export function emit(world: World, type: string, row: AnyRow, previous?: object): void {
  const clock = 'test_clock' in row ? row.test_clock : clockOf(world, row);
  const endpoints = world.all('webhook_endpoint').filter((it) => hears(it, type));
  world.put({
    id: world.newId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: world.now(clock),
    data: {
      object: structuredClone(withoutUndefined(render(row))),
      ...(previous ? { previous_attributes: structuredClone(previous) } : {}),
    },
    livemode: false,
    pending_webhooks: endpoints.length,
    request: world.request,
    type,
  });
}

export function hears(
  endpoint: { status: string; enabled_events: string[] },
  type: string,
): boolean {
  const { status, enabled_events: types } = endpoint;
  return status === 'enabled' && (types.includes('*') || types.includes(type));
}

/** Keeps `changes` and tells of them as `type`; says nothing when nothing differs. */
export function changeRow<R extends AnyRow>(
  world: World,
  row: R,
  changes: Partial<R>,
  type: string,
): R {
  const after: R = { ...row, ...changes };
  const previous = differences(row, after);
  if (Object.keys(previous).length === 0) return row;
  world.put(after);
  emit(world, type, after, previous);
  return after;
}

/** The old values of what differs; inside plain objects only what differs there. */
function differences(before: object, after: object): Record<string, unknown> {
  const old = new Map<string, unknown>(Object.entries(before));
  const found: Record<string, unknown> = {};
  for (const key of new Set([...old.keys(), ...Object.keys(after)])) {
    const was = old.get(key);
    const is: unknown = Reflect.get(after, key);
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    found[key] = isPlain(was) && isPlain(is) ? differences(was, is) : (was ?? null);
  }
  return found;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, it]) => it !== undefined));
}

/** An object without a test clock of its own lives on its customer's. */
function clockOf(world: World, row: AnyRow): string | null {
  if (row.object === 'test_helpers.test_clock') return row.id;
  const customer = 'customer' in row ? row.customer : null;
  return world.get('customer', customer)?.test_clock ?? null;
}
