/** The options of `tollgate subscription`, as people type them. */
import { TollgateError } from '../core/contract/errors';
import type { AutoTopUpRequest } from '../core/contract/auto-top-up';
import type { Agreed } from '../core/contract/subscription';

export interface ActionTyped {
  readonly returnUrl?: string;
  readonly key?: string;
  readonly preview?: string;
}

export interface AutoTopUpTyped {
  readonly below?: string;
  readonly ceiling?: string;
}

const MINOR_UNITS = 100;

/** `1795286400:170.00`, as `preview` prints it. @throws INPUT_INVALID */
export function readAgreed({ preview }: ActionTyped): { preview?: Agreed } {
  if (preview === undefined) return {};
  const [, at, amount] = /^(\d{1,12}):(\d+(?:\.\d{2})?)$/.exec(preview) ?? [];
  if (at === undefined || amount === undefined) {
    throw invalid('--preview', preview, 'as `preview` printed it, such as 1795286400:170.00');
  }
  return { preview: { at: Number(at), chargedNow: readMoney('--preview', amount) } };
}

/** Null turns it off. @throws INPUT_INVALID */
export function readAutoTopUp(
  topUp: string | undefined,
  { below, ceiling }: AutoTopUpTyped,
): AutoTopUpRequest | null {
  if (topUp === undefined && below === undefined && ceiling === undefined) return null;
  if (topUp === undefined) throw invalid('top-up', '', 'needed beside --below and --ceiling');
  if (below === undefined) throw invalid('--below', '', 'needed, such as 20');
  if (ceiling === undefined) throw invalid('--ceiling', '', 'needed, such as 100.00');
  return { topUp, below, monthlyCeiling: readMoney('--ceiling', ceiling) };
}

/** In the currency's smallest unit. */
function readMoney(option: string, text: string): number {
  if (/^\d{1,10}(\.\d{2})?$/.test(text)) return Math.round(Number(text) * MINOR_UNITS);
  throw invalid(option, text, 'an amount such as 100 or 99.50');
}

function invalid(option: string, value: string, rule: string): TollgateError {
  return new TollgateError('INPUT_INVALID', { option, value, rule });
}
