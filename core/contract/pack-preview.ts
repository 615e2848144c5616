/**
 * What a change of packs would do, shown before it is made: what is charged now, what comes on the next
 * invoice, what happens to the credits. Plain JSON.
 */
import type { CreditsText } from './credits';
import type { MinorUnits, Seconds } from './plans';

export interface PackPreview {
  /** Keys of packs; null: no pack. */
  readonly from: string | null;
  readonly to: string | null;
  readonly direction: 'upgrade' | 'downgrade' | 'add' | 'remove';
  readonly currency: string;
  /** Of the moment to which the amounts belong; confirm with it, and they are what is charged. */
  readonly at: Seconds;
  /** Charged to the card at once; zero or more. */
  readonly chargedNow: MinorUnits;
  /** Credited for what is unused, on this invoice or the next; zero or more. */
  readonly credited: MinorUnits;
  readonly nextInvoice: { readonly at: string; readonly amount: MinorUnits };
  readonly lines: readonly PreviewLine[];
  /** What will be left of the allowance at once. */
  readonly creditsAfter: CreditsText;
  /** What of the allowance will be taken. */
  readonly creditsLost: CreditsText;
}

/** As it will stand on the invoice that is charged now, or on the next one. */
export interface PreviewLine {
  readonly description: string;
  readonly amount: MinorUnits;
}
