/** What an operator reads of a subscription in Temporal's own web page. */
import type { BillingView } from '../core/contract/billing-view';

export interface Shown {
  readonly account: string;
  readonly view: BillingView | null;
  /** When it looks again by itself; absent: only when it is told to. */
  readonly wakeAt?: string;
  /** What it did last, newest first. */
  readonly recent: readonly string[];
  /** Why it could not look. */
  readonly trouble?: string;
}

export function describeSubscription({ account, view, wakeAt, recent, trouble }: Shown): string {
  const lines: readonly (string | undefined)[] = [
    `**${account}**`,
    trouble === undefined ? undefined : `**It could not look: ${trouble}**`,
    ...(view ? describeView(view) : ['It has not looked yet.']),
    wakeAt === undefined
      ? 'Looks again when it is told to.'
      : `Looks again at ${wakeAt}, or sooner.`,
    recent.length > 0 ? `\nDone last:\n${recent.map((one) => `- ${one}`).join('\n')}` : undefined,
  ];
  return lines.filter((line) => line !== undefined).join('\n\n');
}

function describeView({
  at,
  credits,
  subscription,
  banner,
  autoTopUp,
  actions,
}: BillingView): string[] {
  const { state, name, cancelsAt, nextInvoice, pro } = subscription;
  const ends = cancelsAt === undefined ? '' : `, ends ${cancelsAt}`;
  const next =
    nextInvoice === undefined ? '' : `, next invoice ${nextInvoice.amount} at ${nextInvoice.at}`;
  const allowance =
    credits.allowance === undefined
      ? ''
      : `; ${credits.allowanceLeft ?? '0'} left of an allowance of ${credits.allowance}`;
  return [
    `State **${state}**, plan **${name}**${pro ? ' with Pro' : ''}${ends}${next}`,
    `Available **${credits.available}** credits, reserved ${credits.reserved}${allowance}`,
    ...(banner ? [`Banner: ${JSON.stringify(banner)}`] : []),
    `Automatic top-up: ${autoTopUp}. Can be done now: ${actions.join(', ') || 'nothing'}`,
    `As of ${at}`,
  ];
}
