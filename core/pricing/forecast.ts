/**
 * How long what an account holds will last: plays expiries, drips and the ticks of schedules through in the
 * order in which the ledger would, up to the first tick that could not be paid. What is set aside at the
 * beginning stays so, which is the least favourable that can become of it.
 */
import type { Credits } from '../contract/credits';
import type { Supply, SupplyGrant, Tick } from '../contract/supply';

/** A tick, and what its run is likely to cost. */
export interface CostedTick extends Tick {
  readonly cost: Credits;
}

export interface ForecastStep {
  readonly at: Date;
  readonly kind: 'expired' | 'drip' | 'tick';
  /** Key of the grant, or the schedule. */
  readonly what: string;
  /** What it does to what is available. */
  readonly amount: Credits;
  /** After it. */
  readonly available: Credits;
}

export interface Shortage {
  readonly at: Date;
  readonly schedule: string;
  readonly needed: Credits;
  readonly available: Credits;
}

export interface Forecast {
  readonly from: Date;
  readonly until: Date;
  /** At the beginning. */
  readonly available: Credits;
  /** In the order of time; they end with the first tick that could not be paid. */
  readonly steps: readonly ForecastStep[];
  /** That tick; absent when all can be paid. */
  readonly runsOut?: Shortage;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Ticks before the supply's own moment, or after `until`, do not count. */
export function forecast(supply: Supply, ticks: readonly CostedTick[], until: Date): Forecast {
  const from = supply.at;
  const steps: ForecastStep[] = [];
  const due = ticks
    .filter(({ at }) => at >= from && at <= until)
    .sort((one, other) => Number(one.at) - Number(other.at));
  let grants: readonly SupplyGrant[] = supply.grants;
  let midnight = supply.drip && Number(supply.drip.nextAt);
  const note = (at: number, kind: ForecastStep['kind'], what: string, amount: Credits): void => {
    steps.push({ at: new Date(at), kind, what, amount, available: sum(grants) });
  };

  /** Expiries and drips up to a moment; of those at the same moment the expiry first. */
  function advance(to: number): void {
    for (;;) {
      const expiry = nextExpiry(grants);
      const at = Math.min(expiry, midnight ?? Infinity);
      if (at > to) return;
      if (expiry <= at) {
        const ended = grants.filter(({ expiresAt }) => expiresAt && Number(expiresAt) === expiry);
        for (const grant of ended) {
          grants = grants.filter((other) => other !== grant);
          if (grant.available > 0n) note(at, 'expired', grant.key, -grant.available);
        }
      } else if (supply.drip) {
        const { daily, cap } = supply.drip;
        const room = cap - sum(grants) - supply.reserved;
        const amount = room < daily ? room : daily;
        midnight = at + DAY_MS;
        if (amount <= 0n) continue;
        const key = `drip:${new Date(at).toISOString().slice(0, 10)}`;
        grants = inBurnOrder(grants, { key, available: amount, priority: 0 });
        note(at, 'drip', key, amount);
      }
    }
  }

  for (const { at, schedule, cost } of due) {
    advance(Number(at));
    const available = sum(grants);
    if (supply.frozen || available < cost) {
      const runsOut = { at, schedule, needed: cost, available };
      return { from, until, available: sum(supply.grants), steps, runsOut };
    }
    grants = burn(grants, cost);
    note(Number(at), 'tick', schedule, -cost);
  }
  advance(Number(until));
  return { from, until, available: sum(supply.grants), steps };
}

function sum(grants: readonly SupplyGrant[]): Credits {
  return grants.reduce((total, { available }) => total + available, 0n);
}

function nextExpiry(grants: readonly SupplyGrant[]): number {
  return Math.min(...grants.map(({ expiresAt }) => (expiresAt ? Number(expiresAt) : Infinity)));
}

/** A drip is the newest grant, of priority 0 and without an expiry: it burns after all that are equal. */
function inBurnOrder(grants: readonly SupplyGrant[], drip: SupplyGrant): readonly SupplyGrant[] {
  const after = grants.filter(({ priority }) => priority > drip.priority);
  return [...grants.slice(0, grants.length - after.length), drip, ...after];
}

function burn(grants: readonly SupplyGrant[], cost: Credits): readonly SupplyGrant[] {
  let left = cost;
  return grants.map((grant) => {
    const taken = grant.available < left ? grant.available : left;
    left -= taken;
    return taken === 0n ? grant : { ...grant, available: grant.available - taken };
  });
}
