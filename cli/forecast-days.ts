/** The steps of a forecast, day by day of a time zone. Days on which nothing happens are left out. */
import type { Credits } from '../core/contract/credits';
import type { ForecastStep } from '../core/pricing/forecast';
import { writeDay } from './wording';

export interface ForecastDay {
  readonly day: string;
  readonly arrives: Credits;
  readonly expires: Credits;
  readonly ticks: number;
  readonly needed: Credits;
  /** At the end of the day. */
  readonly left: Credits;
}

export function listDays(steps: readonly ForecastStep[], zone: string): readonly ForecastDay[] {
  const days = new Map<string, ForecastDay>();
  for (const { at, kind, amount, available } of steps) {
    const day = writeDay(at, zone);
    const before = days.get(day) ?? { day, ...NOTHING };
    days.set(day, {
      day,
      arrives: before.arrives + (kind === 'drip' ? amount : 0n),
      expires: before.expires - (kind === 'expired' ? amount : 0n),
      ticks: before.ticks + (kind === 'tick' ? 1 : 0),
      needed: before.needed - (kind === 'tick' ? amount : 0n),
      left: available,
    });
  }
  return [...days.values()];
}

const NOTHING = { arrives: 0n, expires: 0n, ticks: 0, needed: 0n };
