/**
 * What is sold: plans as data. `core/billing/plans.ts` reads and checks a catalogue and holds the
 * default one; everything that knows of packs and prices takes it from there.
 */
import type { CreditsText } from './credits';

/** Money: a whole number of the currency's smallest unit, as Stripe counts it (5000 is $50.00). */
export type MinorUnits = number;

/** Stripe's time: whole seconds since 1970 in UTC. */
export type Seconds = number;

/** Something with a price at Stripe. */
export interface Sold {
  /** Names it in our books, metadata and API, such as `agent-200`. Never changes. */
  readonly key: string;
  /** What people read, such as `Agent 200`. */
  readonly name: string;
  /** Finds its price at Stripe. */
  readonly lookupKey: string;
  /** Per month for a pack and the Pro line, once for a top-up. */
  readonly price: MinorUnits;
}

/** A monthly plan with an allowance. */
export interface Pack extends Sold {
  /** Credits of one period. */
  readonly allowance: CreditsText;
  /** No longer sold, but still honoured for those who have it. */
  readonly retired?: boolean;
}

export interface TopUp extends Sold {
  readonly credits: CreditsText;
}

/**
 * What an upgrade bills. `keep-period`: the prorated difference up to the end of the running period.
 * `restart-period`: a new period begins, at the full price less the unused part of the old one.
 */
export type UpgradeBilling = 'keep-period' | 'restart-period';

/**
 * What a customer who steps down is credited: the unused time as Stripe prorates it, or the smaller
 * of the unused time and the unused credits.
 */
export type UnusedPolicy = 'time-and-credits' | 'time';

export interface BillingPolicies {
  readonly upgradeBilling: UpgradeBilling;
  readonly unused: UnusedPolicy;
  /** How long a failed renewal leaves everything as it is, unless Stripe gives up before. */
  readonly graceDays: number;
  /** An automatic top-up stops after so many declines in a row, … */
  readonly autoTopUpMaxDeclines: number;
  /** … and is tried again no sooner than after so many hours. */
  readonly autoTopUpRetryHours: number;
}

export interface Catalogue {
  /** Three lower-case letters, such as `usd`. */
  readonly currency: string;
  /** So many credits at each midnight UTC, never lifting what is held above the cap. */
  readonly free: { readonly daily: CreditsText; readonly cap: CreditsText };
  /** From the smallest to the largest allowance; prices rise with them. */
  readonly packs: readonly Pack[];
  /** A line without credits that may stand on the same subscription. */
  readonly pro?: Sold;
  readonly topUps: readonly TopUp[];
  readonly policies: BillingPolicies;
  /** Burn order: lower numbers first. Leftovers of an ended pack burn with the top-ups. */
  readonly burn: { readonly pack: number; readonly topUp: number };
}
