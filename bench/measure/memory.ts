/** Memory that a process holds right now, from /proc. Linux only: elsewhere there is no reading. */
import { readFileSync } from 'node:fs';

/** Mebibytes of resident memory, or null where they cannot be read. */
export function readMemoryMb(pid: number | null): number | null {
  if (pid === null) return null;
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
