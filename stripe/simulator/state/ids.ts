/**
 * Ids that look like Stripe's and are the same on every run with the same seed: a prefix and 24
 * characters drawn from the seed and a counter.
 */
import { createHash } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 24;

export function makeId(seed: string, prefix: string, count: number): string {
  const digest = createHash('sha256').update(`${seed}:${count}`).digest();
  const letters = [...digest.subarray(0, LENGTH - 1)].map((byte) => ALPHABET[byte % 62]);
  return `${prefix}_1${letters.join('')}`;
}
