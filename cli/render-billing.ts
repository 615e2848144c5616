/** How an account's billing looks in a terminal: the credits card, the subscription card, the banner. */
import type { Banner, BillingView } from '../core/contract/billing-view';
import type { PackPreview } from '../core/contract/pack-preview';
import { renderFacts, renderTable } from './table';
import { writeInstant } from './wording';

const MINOR_UNITS = 100;

export function renderBilling({ credits, subscription, banner, ...view }: BillingView): string {
  const { state, plan, name, price, currency, pro, nextInvoice, cancelsAt } = subscription;
  const { allowance, allowanceLeft } = credits;
  return renderFacts([
    ['Account', view.account],
    ['As of', at(view.at)],
    ['Banner', banner && writeBanner(banner)],
    ['Available', credits.available],
    ['Reserved', credits.reserved],
    ['Allowance', allowance && `${allowanceLeft ?? '0'} of ${allowance} left`],
    ['Resets', at(credits.resetsAt)],
    ['Ends', at(credits.endsAt)],
    ['Refills', at(credits.refillsAt)],
    ['Unpaid', credits.unpaid],
    ['State', state],
    ['Plan', `${name} (${plan}), ${writeMoney(price, currency)} a month${pro ? ', with Pro' : ''}`],
    [
      'Next invoice',
      nextInvoice && `${writeMoney(nextInvoice.amount, currency)} at ${at(nextInvoice.at)}`,
    ],
    ['Cancels', at(cancelsAt)],
    ['Auto top-up', view.autoTopUp],
    ['Can be done', view.actions.join(', ')],
  ]);
}

export function renderPreview(preview: PackPreview): string {
  const { currency, from, to, direction, chargedNow, credited, nextInvoice } = preview;
  const facts = renderFacts([
    ['Change', `${direction}: ${from ?? 'no pack'} → ${to ?? 'no pack'}`],
    ['Charged now', writeMoney(chargedNow, currency)],
    ['Credited', credited === 0 ? undefined : writeMoney(credited, currency)],
    ['Next invoice', `${writeMoney(nextInvoice.amount, currency)} at ${at(nextInvoice.at)}`],
    ['Credits after', preview.creditsAfter],
    ['Credits lost', preview.creditsLost],
    ['Confirm with', `--preview ${preview.at}:${(chargedNow / MINOR_UNITS).toFixed(2)}`],
  ]);
  const lines = renderTable(
    [
      { title: 'line', value: ({ description }) => description },
      { title: 'amount', value: ({ amount }) => writeMoney(amount, currency), align: 'right' },
    ],
    preview.lines,
    'No lines.',
  );
  return `${facts}\n\n${lines}`;
}

function writeBanner(banner: Banner): string {
  switch (banner.kind) {
    case 'payment-failed': {
      const next = banner.nextAttemptAt ? `, tried again at ${at(banner.nextAttemptAt)}` : '';
      return `the payment failed${next}; the free tier takes over at ${at(banner.graceEndsAt)}${pay(banner)}`;
    }
    case 'payment-given-up':
      return `the payment was given up${pay(banner)}`;
    case 'frozen':
      return `the account is frozen: ${banner.cause}`;
    case 'top-up-failed':
      return `the automatic top-up was not paid: ${writeRefusal(banner)}`;
    case 'canceling':
      return `ends at ${at(banner.at)}`;
  }
}

function writeRefusal({
  reason,
  retryAt,
}: Extract<Banner, { readonly kind: 'top-up-failed' }>): string {
  const why =
    reason === 'declined' ? 'the card was declined' : 'the card wants its holder to confirm';
  const next =
    retryAt === undefined ? 'not tried again with this card' : `tried again at ${at(retryAt)}`;
  return `${why}; ${next}. Use another card (portal), or top up by hand`;
}

function pay({ invoiceUrl }: { readonly invoiceUrl?: string }): string {
  return invoiceUrl === undefined ? '' : `; pay at ${invoiceUrl}`;
}

/** `50.00 USD`. */
function writeMoney(amount: number, currency: string): string {
  return `${(amount / MINOR_UNITS).toFixed(2)} ${currency.toUpperCase()}`;
}

function at(instant: string): string;
function at(instant: string | undefined): string | undefined;
function at(instant: string | undefined): string | undefined {
  return instant === undefined ? undefined : writeInstant(new Date(instant));
}
