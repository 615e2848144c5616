/**
 * What a change of packs would charge, credit and leave: Stripe works its own part out, ours comes from the
 * same plan that would be carried out.
 */
import { changeRequests, planChange } from '../core/billing/plan-change';
import type { BillingInput } from '../core/billing/reconcile';
import { isoTime } from '../core/billing/times';
import type { PackPreview, PreviewLine } from '../core/contract/pack-preview';
import type { StripeGateway } from '../stripe/gateway';

/** @throws PLAN_UNKNOWN, BILLING_ACTION_UNAVAILABLE, and what the gateway throws */
export async function previewChange(
  gateway: Pick<StripeGateway, 'preview'>,
  input: BillingInput,
  to: string | null,
  id: string,
): Promise<PackPreview> {
  const plan = planChange(input, to, id);
  const requests = changeRequests(input, plan, plan.creditsLost);
  const change = requests.find((request) => request.do === 'change-pack');
  if (!change) throw new Error('a change of packs without a request that makes it');
  const { now, next } = await gateway.preview(change);
  const isCharged = change.proration === 'invoice-now' || change.restartPeriod;
  const ours: readonly PreviewLine[] =
    plan.credited > 0
      ? [{ description: 'Unused part of what is given up', amount: -plan.credited }]
      : [];
  const lines = [...(isCharged ? now.lines : next.lines), ...ours];
  return {
    from: plan.change.from,
    to,
    direction: plan.direction,
    currency: input.catalogue.currency,
    at: plan.change.at,
    chargedNow: isCharged ? Math.max(0, now.due - plan.credited) : 0,
    credited: -lines.reduce((sum, { amount }) => sum + Math.min(0, amount), 0),
    nextInvoice: {
      at: isoTime(next.at),
      amount: Math.max(0, next.due - (isCharged ? 0 : plan.credited)),
    },
    lines,
    creditsAfter: plan.creditsAfter,
    creditsLost: plan.creditsLost,
  };
}
