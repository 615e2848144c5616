/** A clock that a test and its programs share: a file with the seconds since 1970. */
import { readFileSync, writeFileSync } from 'node:fs';

export function writeClock(file: string, seconds: number): void {
  writeFileSync(file, String(seconds));
}

export function readClock(file: string): () => Date {
  return () => new Date(Number(readFileSync(file, 'utf8')) * 1_000);
}
