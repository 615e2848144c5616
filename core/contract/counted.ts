/** `1 block`, `3 blocks`; a plural that does not end in `s` is given. */
export function writeCount(count: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${count} ${BigInt(count) === 1n ? noun : plural}`;
}
