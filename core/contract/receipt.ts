/**
 * What a gated activity returns to Temporal: the block's own output and the receipt of its charge.
 * The workflow's outbound interceptor hands the author's code the bare output; the envelope stays in
 * the history, where Temporal's UI shows it.
 */
import type { CreditsText } from './credits';

export interface Receipt {
  readonly kind: 'tollgate.receipt/v1';
  readonly account: string;
  readonly block: string;
  /** Version of the price book that was pinned when the block reserved. */
  readonly price: string;
  readonly reserved: CreditsText;
  readonly charged: CreditsText;
  readonly returned: CreditsText;
  /** What the block cost beyond the credits there were; nobody is charged for it. */
  readonly absorbed?: CreditsText;
  /** Available on the account right after this charge; a free block does not ask the ledger for it. */
  readonly left?: CreditsText;
  /** Reported usage per unit, for a metered price. */
  readonly usage?: Readonly<Record<string, number>>;
  /** The reservation had expired before this settle. */
  readonly late?: true;
  /** This call had been charged before; this is its first receipt and nothing was charged again. */
  readonly replayed?: true;
}

export interface Receipted<Output = unknown> {
  readonly output?: Output;
  readonly receipt: Receipt;
}

/** Tells the envelope from an ordinary activity result. */
export function isReceipted(value: unknown): value is Receipted {
  if (typeof value !== 'object' || value === null || !('receipt' in value)) return false;
  const { receipt } = value;
  return (
    typeof receipt === 'object' &&
    receipt !== null &&
    'kind' in receipt &&
    receipt.kind === 'tollgate.receipt/v1'
  );
}
