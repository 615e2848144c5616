/** How times, spans and usage read in a terminal. */
import { writeCount } from '../core/contract/counted';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `2026-12-31 18:00:00Z`; the day alone for midnight. */
export function writeInstant(at: Date): string {
  const text = at.toISOString();
  return text.endsWith('T00:00:00.000Z')
    ? text.slice(0, 10)
    : `${text.slice(0, 19).replace('T', ' ')}Z`;
}

/** `Wed 2026-11-25 14:00`, as the clocks of a time zone show it. */
export function writeMoment(at: Date, zone: string): string {
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: zone }).format(at);
  return `${writeDay(at, zone)} ${time}`;
}

/** `Wed 2026-11-25` */
export function writeDay(at: Date, zone: string): string {
  const weekday = new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: zone }).format(at);
  return `${weekday} ${new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(at)}`;
}

/** The two largest units of a span: `3d 4h`, `2m 5s`, `0s`. */
export function writeSpan(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole >= DAY_MS)
    return `${Math.floor(whole / DAY_MS)}d ${Math.floor((whole % DAY_MS) / HOUR_MS)}h`;
  if (whole >= HOUR_MS)
    return `${Math.floor(whole / HOUR_MS)}h ${Math.floor((whole % HOUR_MS) / MINUTE_MS)}m`;
  if (whole >= MINUTE_MS)
    return `${Math.floor(whole / MINUTE_MS)}m ${Math.floor((whole % MINUTE_MS) / SECOND_MS)}s`;
  return `${Math.floor(whole / SECOND_MS)}s`;
}

/** `3 kb, 120 token`; empty without usage. */
export function writeUsage(usage: Readonly<Record<string, number>> | undefined): string {
  return Object.entries(usage ?? {})
    .map(([unit, value]) => `${value} ${unit}`)
    .join(', ');
}

/** What a quote rests on: `past 12 calls`, or `its price` without any. */
export function describeBasis(count: number, noun: string): string {
  return count === 0 ? 'its price' : `past ${writeCount(count, noun)}`;
}
