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

/** True the first time that this point is reached. */
export function passes(file: string, point: string): boolean {
  if (readList(file).includes(point)) return false;
  appendFileSync(file, `${point}\n`);
  return true;
}

export function dieOnce(file: string): At {
  return async (point) => {
    if (passes(file, point)) await die();
  };
}
