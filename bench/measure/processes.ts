/**
 * Processor time of a program and everything it started, from /proc. A process that has ended is
 * counted in its parent's "waited-for children", so the sum over the living tree never goes down and
 * the difference of two readings is what was used between them. Linux only: elsewhere there is no
 * reading and the figures that need one are left out.
 */
import { readFileSync, readdirSync } from 'node:fs';

/** USER_HZ; fixed at 100 in the kernel's interface on every architecture Node runs on. */
const TICKS_PER_SECOND = 100;

export interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** Own time and that of all children it has waited for. */
  readonly cpuMs: number;
}

/** Reads the text of /proc/PID/stat; the name in parentheses may itself hold spaces and parentheses. */
export function parseProcessStat(text: string): ProcessTimes | null {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 0 || close < open) return null;
  const fields = text.slice(close + 2).split(' ');
  const parent = Number(fields[1]);
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  if (!Number.isFinite(parent) || !Number.isFinite(ticks)) return null;
  return { pid: Number(text.slice(0, open)), parent, cpuMs: (ticks * 1000) / TICKS_PER_SECOND };
}

/** One process, or null if it is not there (any more). */
export function readProcess(pid: number): ProcessTimes | null {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

/** Every process of this machine that can be seen. */
export function readProcesses(): readonly ProcessTimes[] {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map((pid) => readProcess(Number(pid))).filter((found) => found !== null);
  } catch {
    return [];
  }
}

/** Time used so far by `root` and all processes below it. */
export function sumTree(processes: readonly ProcessTimes[], root: number): number {
  const members = new Set([root]);
  let grew = true;
  while (grew) {
    grew = false;
    for (const { pid, parent } of processes) {
      if (!members.has(parent) || members.has(pid)) continue;
      members.add(pid);
      grew = true;
    }
  }
  return processes.reduce((sum, { pid, cpuMs }) => (members.has(pid) ? sum + cpuMs : sum), 0);
}
