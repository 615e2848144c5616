/**
 * Changes the items of a subscription. Items are named by their id, found by their price; what is not
 * named stays as it is.
 */
import type Stripe from 'stripe';
import { CHANGE_METADATA, encodePackChange } from '../core/contract/pack-change';
import type { StripeCommand } from '../core/contract/stripe-command';
import { ask, freshKey, writeKey } from './ask';
import type { Prices } from './prices';

export type ChangePack = Extract<StripeCommand, { readonly do: 'change-pack' }>;

const PRORATION = {
  none: 'none',
  'next-invoice': 'create_prorations',
  'invoice-now': 'always_invoice',
} as const;

/** A DELETE would carry no key: an item leaves by an update, too. */
async function itemsOf(
  prices: Prices,
  { item, lookupKey }: ChangePack,
): Promise<{ id?: string; price?: string; deleted?: boolean }[]> {
  const place = item === undefined ? {} : { id: item };
  if (lookupKey === null) return item === undefined ? [] : [{ ...place, deleted: true }];
  return [{ ...place, price: await prices.idOf(lookupKey) }];
}

export async function changeItems(
  sdk: Stripe,
  prices: Prices,
  command: ChangePack,
  key: string,
): Promise<void> {
  const { subscription, proration, restartPeriod, change } = command;
  const items = await itemsOf(prices, command);
  const charges = proration === 'invoice-now' || restartPeriod;
  await ask(() =>
    sdk.subscriptions.update(
      subscription,
      {
        items,
        ...timingOf(command),
        // A card that fails leaves everything as it was.
        ...(charges ? { payment_behavior: 'error_if_incomplete' as const } : {}),
        metadata: { [CHANGE_METADATA]: encodePackChange(change) },
      },
      writeKey(key),
    ),
  );
}

interface Timing {
  readonly proration_behavior: (typeof PRORATION)[keyof typeof PRORATION];
  readonly proration_date?: number;
  readonly billing_cycle_anchor?: { readonly type: 'now' };
}

function timingOf({ proration, restartPeriod, prorationDate }: ChangePack): Timing {
  return {
    proration_behavior: PRORATION[proration],
    ...(prorationDate === undefined || proration === 'none'
      ? {}
      : { proration_date: prorationDate }),
    ...(restartPeriod ? { billing_cycle_anchor: { type: 'now' as const } } : {}),
  };
}

/** What the change would charge, worked out by Stripe from the parameters that the change would be made with. */
export async function previewItems(
  sdk: Stripe,
  prices: Prices,
  command: ChangePack,
): Promise<Stripe.Invoice> {
  const items = await itemsOf(prices, command);
  return ask(() =>
    sdk.invoices.createPreview(
      {
        subscription: command.subscription,
        subscription_details: { items, ...timingOf(command) },
      },
      freshKey('preview'),
    ),
  );
}

/** The next regular invoice once the change has been made and paid. */
export async function previewNext(
  sdk: Stripe,
  prices: Prices,
  command: ChangePack,
): Promise<Stripe.Invoice> {
  return previewItems(sdk, prices, { ...command, proration: 'none', restartPeriod: false });
}
