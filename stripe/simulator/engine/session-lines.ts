/** The line items of a Checkout session, as its answer shows them. */
import type Stripe from 'stripe';
import type { World } from '../state/world';
import { costOf, productName } from './pricing';

export function linesOfSession(world: World, session: string): Stripe.LineItem[] {
  const kept = world.need('sim.session_items', session);
  return kept.items.map(({ price: id, quantity }) => {
    const price = world.need('price', id);
    const amount = costOf(price, quantity);
    return {
      id: `li_${id.slice('price_'.length)}`,
      object: 'item',
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency: price.currency,
      description: productName(world, price),
      metadata: {},
      price,
      quantity,
    };
  });
}
