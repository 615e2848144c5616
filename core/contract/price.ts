/**
 * A price is data, so that it can be pinned in a reservation, stored, shown and recomputed later.
 * Build one with `fixed`, `byOption`, `metered` or `free` (core/pricing); amounts are decimal strings.
 */
import type { CreditsText } from './credits';

export type PriceRule = FreePrice | FixedPrice | OptionPrice | MeteredPrice;

export interface FreePrice {
  readonly kind: 'free';
}

export interface FixedPrice {
  readonly kind: 'fixed';
  readonly credits: CreditsText;
}

/** Chosen by a field of the input, e.g. `model`. Cases may nest, for prices by several options. */
export interface OptionPrice {
  readonly kind: 'option';
  /** Field of the first argument, dotted for nested ones; `1.model` looks in the second argument. */
  readonly option: string;
  readonly cases: Readonly<Record<string, PriceRule>>;
  /** For every other value, and for an input without the field. */
  readonly otherwise?: PriceRule;
}

/** `base` plus what was metered while the block ran. */
export interface MeteredPrice {
  readonly kind: 'metered';
  readonly base: PriceRule;
  /** Credits per so many units, by unit name. */
  readonly rates: Readonly<Record<string, { readonly credits: CreditsText; readonly per: number }>>;
  /** What is set aside before the block runs: so many units of each, or so many credits in all. */
  readonly reserve:
    { readonly units: Readonly<Record<string, number>> } | { readonly credits: CreditsText };
  readonly minimum?: CreditsText;
  readonly maximum?: CreditsText;
}

/** All prices of one version. Of several books, the one that took effect last holds. */
export interface PriceBook {
  readonly version: string;
  /** ISO time from which it holds. */
  readonly effectiveAt: string;
  readonly prices: Readonly<Record<string, PriceRule>>;
}
