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
  return {
    kind: 'tollgate.receipt/v1',
    account,
    block: price.block,
    price: price.version,
    reserved: formatCredits(charge.reserved),
    charged: formatCredits(charge.charged),
    returned: formatCredits(charge.returned),
    ...(charge.absorbed > 0n ? { absorbed: formatCredits(charge.absorbed) } : {}),
    left: formatCredits(charge.available),
    ...(Object.keys(usage).length > 0 ? { usage } : {}),
    ...(charge.late ? { late: true } : {}),
    ...(replayed ? { replayed: true } : {}),
  };
}

/** A block that costs nothing does not trouble the ledger, so what is left is not known. */
export function writeFreeReceipt(account: string, price: PinnedPrice): Receipt {
  return {
    kind: 'tollgate.receipt/v1',
    account,
    block: price.block,
    price: price.version,
    reserved: '0',
    charged: '0',
    returned: '0',
  };
}

/**
 * Temporal stores bytes as they are; inside JSON they would come back as something else. So a block
 * that returns bytes returns them bare, and its receipt is in the ledger only.
 */
export function enclose(output: unknown, receipt: Receipt): unknown {
  if (ArrayBuffer.isView(output)) return output;
  const envelope: Receipted = output === undefined ? { receipt } : { output, receipt };
  return envelope;
}
