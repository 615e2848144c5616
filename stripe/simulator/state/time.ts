/** The simulator's time: its own clock, test clocks that stand until they are moved, and those that run. */
export interface Time {
  /** Seconds on the simulator's own clock. */
  wallNow(): number;
  /** Seconds on a test clock, or on the own clock where there is none. */
  now(testClock: string | null | undefined): number;
  /** Stops a clock at a moment while what is due then is worked off; null lets it go. Gives what held it before. */
  holdAt(testClock: string | null, moment: number | null): number | null;
  /** Moves the own clock forward. */
  shiftWall(seconds: number): void;
  /** Lets a test clock run on from a moment, as Stripe's never do. */
  runFrom(testClock: string, moment: number): void;
  /** Test clocks that run. */
  running(): string[];
}

/** @param frozenTime of a test clock; undefined when there is none (any more) */
export function createTime(
  clock: () => number,
  frozenTime: (id: string) => number | undefined,
): Time {
  const held = new Map<string | null, number>();
  /** Seconds ahead of the own clock. */
  const ahead = new Map<string, number>();
  let shift = 0;
  const own = (): number => Math.floor(clock() / 1000) + shift;
  const wallNow = (): number => held.get(null) ?? own();
  return {
    wallNow,
    now(testClock) {
      if (!testClock) return wallNow();
      const lead = ahead.get(testClock);
      const moment =
        held.get(testClock) ?? (lead === undefined ? frozenTime(testClock) : own() + lead);
      if (moment === undefined) throw new Error(`the simulator has lost clock ${testClock}`);
      return moment;
    },
    holdAt(testClock, moment) {
      const before = held.get(testClock) ?? null;
      if (moment === null) held.delete(testClock);
      else held.set(testClock, moment);
      return before;
    },
    shiftWall(seconds) {
      shift += seconds;
    },
    runFrom(testClock, moment) {
      ahead.set(testClock, moment - own());
    },
    running: () => [...ahead.keys()].filter((id) => frozenTime(id) !== undefined),
  };
}
