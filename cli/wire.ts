/**
 * The views of the ledger as JSON: amounts as decimal strings, times as ISO strings, a field that does
 * not apply is left out. Scripts rely on these names; only additions are allowed.
 */
import { formatCredits, type Credits } from '../core/contract/credits';
import type { EndpointView, NoticeView } from '../ledger/notice-ledger';
import type {
  AccountView,
  AgentQuote,
  BudgetView,
  DoctorReport,
  EntryView,
  GrantView,
  GuaranteeView,
  ReservationView,
  RunReceipt,
  RunView,
  WaitingView,
} from '../ledger/views';

/** A JSON object. */
export type Wire = Readonly<Record<string, unknown>>;

export function accountToWire(view: AccountView): Wire {
  return {
    ...view,
    balance: formatCredits(view.balance),
    available: formatCredits(view.available),
    reserved: formatCredits(view.reserved),
    nextCreditsAt: view.nextCreditsAt?.toISOString(),
    entries: Number(view.entries),
  };
}

export function grantToWire(view: GrantView): Wire {
  return {
    ...view,
    amount: formatCredits(view.amount),
    remaining: formatCredits(view.remaining),
    reserved: formatCredits(view.reserved),
    grantedAt: view.grantedAt.toISOString(),
    expiresAt: view.expiresAt?.toISOString(),
  };
}

export function budgetToWire(view: BudgetView): Wire {
  return {
    ...view,
    cap: formatCredits(view.cap),
    spent: formatCredits(view.spent),
    reserved: formatCredits(view.reserved),
    endsAt: view.endsAt.toISOString(),
  };
}

export function entryToWire(view: EntryView): Wire {
  return {
    ...view,
    seq: Number(view.seq),
    at: view.at.toISOString(),
    amount: formatCredits(view.amount),
    balance: formatCredits(view.balance),
    reserved: formatOptional(view.reserved),
    charged: formatOptional(view.charged),
    returned: formatOptional(view.returned),
    absorbed: formatOptional(view.absorbed),
    guaranteed: formatOptional(view.guaranteed),
    grants: view.grants.map(({ key, amount }) => ({ key, amount: formatCredits(amount) })),
  };
}

export function runToWire(view: RunView): Wire {
  return {
    ...view,
    startedAt: view.startedAt.toISOString(),
    charged: formatCredits(view.charged),
    reserved: formatCredits(view.reserved),
    guarantee: view.guarantee && guaranteeToWire(view.guarantee),
  };
}

function guaranteeToWire(view: GuaranteeView): Wire {
  return {
    amount: formatCredits(view.amount),
    spent: formatCredits(view.spent),
    returned: formatCredits(view.returned),
    holds: formatCredits(view.holds),
    endedAt: view.endedAt?.toISOString(),
  };
}

export function runReceiptToWire(view: RunReceipt): Wire {
  return {
    ...runToWire(view),
    total: formatCredits(view.total),
    entries: view.entries.map(entryToWire),
    open: view.open.map(reservationToWire),
    children: view.children.map(runReceiptToWire),
  };
}

export function agentQuoteToWire(quote: AgentQuote): Wire {
  return {
    ...quote,
    minimum: formatCredits(quote.minimum),
    likely: formatCredits(quote.likely),
    maximum: formatCredits(quote.maximum),
  };
}

export function waitingToWire(view: WaitingView): Wire {
  return {
    ...view,
    call: String(view.call),
    place: String(view.place),
    needed: formatCredits(view.needed),
    since: view.since.toISOString(),
    deadlineAt: view.deadlineAt.toISOString(),
  };
}

export function reservationToWire(view: ReservationView): Wire {
  return {
    ...view,
    // A full 64-bit number, beyond what a JSON number holds exactly.
    call: String(view.call),
    amount: formatCredits(view.amount),
    reservedAt: view.reservedAt.toISOString(),
    deadlineAt: view.deadlineAt.toISOString(),
  };
}

export function noticeToWire(view: NoticeView): Wire {
  return {
    ...view,
    at: view.at.toISOString(),
    deliveries: view.deliveries.map((delivery) => ({
      ...delivery,
      triedAt: delivery.triedAt?.toISOString(),
      dueAt: delivery.dueAt?.toISOString(),
    })),
  };
}

export function endpointToWire(view: EndpointView): Wire {
  return {
    ...view,
    failingSince: view.failingSince?.toISOString(),
    addedAt: view.addedAt.toISOString(),
    oldSecretUntil: view.oldSecretUntil?.toISOString(),
  };
}

export function doctorToWire(report: DoctorReport): Wire {
  return { ...report, entries: Number(report.entries) };
}

function formatOptional(amount: Credits | undefined): string | undefined {
  return amount === undefined ? undefined : formatCredits(amount);
}
