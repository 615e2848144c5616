/** Processor time of everything that takes part in running a block. */
import { readProcesses, sumTree } from '../measure/processes';

/** Milliseconds by program; null for a server on another machine. `client` is the bench itself. */
export type ProcessorTime = Readonly<
  Record<'worker' | 'client' | 'temporal' | 'postgres', number | null>
>;

export interface Programs {
  readonly worker: number;
  readonly temporal: number | null;
  readonly postgres: number | null;
}

export function readProcessorTime({ worker, temporal, postgres }: Programs): ProcessorTime {
  const processes = readProcesses();
  const { user, system } = process.cpuUsage();
  return {
    worker: sumTree(processes, worker),
    client: (user + system) / 1000,
    temporal: temporal === null ? null : sumTree(processes, temporal),
    postgres: postgres === null ? null : sumTree(processes, postgres),
  };
}

/** What was used between two readings, for one of so many blocks. */
export function divideTime(
  before: ProcessorTime,
  after: ProcessorTime,
  blocks: number,
): ProcessorTime {
  const each = (name: keyof ProcessorTime): number | null => {
    const [from, to] = [before[name], after[name]];
    return from === null || to === null ? null : (to - from) / blocks;
  };
  return {
    worker: each('worker'),
    client: each('client'),
    temporal: each('temporal'),
    postgres: each('postgres'),
  };
}

/** All programs together; null where one of them cannot be read. */
export function sumTime({ worker, client, temporal, postgres }: ProcessorTime): number | null {
  if (worker === null || client === null || temporal === null || postgres === null) return null;
  return worker + client + temporal + postgres;
}
