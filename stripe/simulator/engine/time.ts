/**
 * Billing periods, in seconds and UTC. A period boundary is counted from the anchor, never from the
 * boundary before: an anchor on the 31st gives 28 February and then 31 March again.
 */
export interface Interval {
  interval: string;
  interval_count: number;
}

const DAY = 86_400;
const DAYS: Record<string, number> = { day: 1, week: 7 };
const MONTHS: Record<string, number> = { month: 1, year: 12 };

/** The anchor moved by `count` intervals; a day that the month lacks becomes its last. */
export function addIntervals(
  anchor: number,
  { interval, interval_count }: Interval,
  count: number,
): number {
  const days = DAYS[interval];
  if (days !== undefined) return anchor + days * interval_count * count * DAY;
  const months = MONTHS[interval];
  if (months === undefined) throw new Error(`there is no interval ${interval}`);
  return addMonths(anchor, months * interval_count * count);
}

function addMonths(anchor: number, months: number): number {
  const date = new Date(anchor * 1000);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const lastDay = new Date(
    Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0),
  ).getUTCDate();
  const day = Math.min(date.getUTCDate(), lastDay);
  const secondsOfDay = anchor - Math.floor(anchor / DAY) * DAY;
  return first.getTime() / 1000 + (day - 1) * DAY + secondsOfDay;
}

/** The first boundary after `instant`. */
export function nextBoundary(anchor: number, interval: Interval, instant: number): number {
  const length = addIntervals(0, interval, 1);
  let count = Math.floor((instant - anchor) / length) - 1;
  while (addIntervals(anchor, interval, count) <= instant) count += 1;
  return addIntervals(anchor, interval, count);
}

/** The last boundary at or before `instant`. */
export function lastBoundary(anchor: number, interval: Interval, instant: number): number {
  const length = addIntervals(0, interval, 1);
  let count = Math.ceil((instant - anchor) / length) + 1;
  while (addIntervals(anchor, interval, count) > instant) count -= 1;
  return addIntervals(anchor, interval, count);
}

/** As in Stripe's descriptions: 05 Mar 2026. */
export function showDate(instant: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: 'UTC',
    day: '2-digit',
    month: 'short',
    year: 'numeric',
  }).format(instant * 1000);
}
