/** What the run-time and its parts (guard.ts, the worker) say to each other over the channel between them. */

export type RunTimeMessage = { readonly kind: 'stop' };

export type PartMessage =
  /** The outside program runs, under this process id. It may not be ready yet. */
  | { readonly kind: 'spawned'; readonly pid: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'ended'; readonly code: number | null; readonly signal: string | null };

/** An outside program, as a guard is told to run it. */
export interface ProgramSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Run as somebody else; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly logFile: string;
  readonly stopSignal: 'SIGINT' | 'SIGTERM';
  /** How long it may take to stop before it is killed. */
  readonly graceMs: number;
}
