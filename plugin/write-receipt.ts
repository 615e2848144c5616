/**
 * Writes the receipt of a charge, and the envelope in which it goes into the history.
 */
import { formatCredits } from '../core/contract/credits';
import type { Receipt, Receipted } from '../core/contract/receipt';
import type { Charge, PinnedPrice } from '../core/contract/reservation';

type Usage = Readonly<Record<string, number>>;

export function writeReceipt(
  account: string,
  charge: Charge,
  usage: Usage,
  replayed: boolean,
): Receipt {
  const { price } = charge;
  // Temporal's UI cuts a result after some forty characters: what a block cost comes first.
  return {
    charged: formatCredits(charge.charged),
    reserved: formatCredits(charge.reserved),
    returned: formatCredits(charge.returned),
    ...(charge.absorbed > 0n ? { absorbed: formatCredits(charge.absorbed) } : {}),
    left: formatCredits(charge.available),
    ...(Object.keys(usage).length > 0 ? { usage } : {}),
    block: price.block,
    price: price.version,
    account,
    ...(charge.late ? { late: true } : {}),
    ...(replayed ? { replayed: true } : {}),
    kind: 'tollgate.receipt/v1',
  };
}

/** A block that costs nothing does not trouble the ledger, so what is left is not known. */
export function writeFreeReceipt(account: string, price: PinnedPrice): Receipt {
  return {
    charged: '0',
    reserved: '0',
    returned: '0',
    block: price.block,
    price: price.version,
    account,
    kind: 'tollgate.receipt/v1',
  };
}

/**
 * Temporal stores bytes as they are; inside JSON they would come back as something else. So a block
 * that returns bytes returns them bare, and its receipt is in the ledger only.
 */
export function enclose(output: unknown, receipt: Receipt): unknown {
  if (ArrayBuffer.isView(output)) return output;
  const envelope: Receipted = output === undefined ? { receipt } : { receipt, output };
  return envelope;
}
