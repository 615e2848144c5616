/** A Checkout session that nobody completed. */
import { emit } from '../state/events';
import type { SessionRow } from '../state/rows';
import type { World } from '../state/world';

export function expireSession(world: World, session: SessionRow): SessionRow {
  const expired = world.put<SessionRow>({ ...session, status: 'expired', url: null });
  emit(world, 'checkout.session.expired', expired);
  return expired;
}
