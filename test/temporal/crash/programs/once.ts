/**
 * Kills a program at every point, once: which ones were passed is kept in a file, so that the next program
 * gets further. A test begins a new list with each flow.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { At } from './billing-points';
import { die } from './kill-points';

export function beginList(file: string): void {
  writeFileSync(file, '');
}

export function readList(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

/** Kills also where it takes long and shows little more than others do: before each write, in each flow. */
export const EVERYWHERE = process.env['TOLLGATE_TEST_KILLS'] === 'all';

/** Of a worker or of Temporal: what dies before a write repeats what was only read. */
export function isWorthAKill(point: string): boolean {
  return EVERYWHERE || !point.startsWith('before ');
}

/** True the first time that this point is reached. */
export function passes(file: string, point: string): boolean {
  if (readList(file).includes(point)) return false;
  appendFileSync(file, `${point}\n`);
  return true;
}

/** @param isWorth which points count at all; default: every one */
export function dieOnce(file: string, isWorth: (point: string) => boolean = () => true): At {
  return async (point) => {
    if (isWorth(point) && passes(file, point)) await die();
  };
}
