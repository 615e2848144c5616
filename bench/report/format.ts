/** Numbers as the report shows them. What could not be measured is a dash, never a zero. */

export function formatRate(value: number | null): string {
  return show(value, (rate) => (rate < 100 ? rate.toFixed(1) : String(Math.round(rate))));
}

export function formatMs(value: number | null): string {
  return show(value, (ms) => ms.toFixed(ms < 10 ? 2 : 1));
}

export function formatMicros(value: number | null): string {
  return show(value, (micros) => micros.toFixed(micros < 10 ? 1 : 0));
}

export function formatRatio(value: number | null): string {
  return show(value, (ratio) => String(Number(ratio.toPrecision(3))));
}

function show(value: number | null, format: (value: number) => string): string {
  return value === null || Number.isNaN(value) ? '–' : format(value);
}
