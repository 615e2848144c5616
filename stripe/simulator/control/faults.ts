/**
 * Failures of the API on request: the next calls that match answer a status of one's choice, before or
 * after they took effect, or after a while.
 */
export interface Fault {
  /** HTTP status of the answer: 429, 500, 503 … */
  status: number;
  /** The call takes effect all the same, and its answer is lost. */
  afterCommit: boolean;
  delayMs: number;
  /** How many matching calls it is for. */
  times: number;
  method: string | null;
  /** Start of the path, such as `/v1/subscriptions`. */
  path: string | null;
}

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  take(method: string, url: string): Fault | undefined;
  wait(fault: Fault): Promise<void>;
}

export function createFaults(): Faults {
  let waiting: Fault[] = [];
  return {
    add: (fault) => void waiting.push(fault),
    clear: () => {
      waiting = [];
    },
    take(method, url) {
      const found = waiting.find(
        (it) => (!it.method || it.method === method) && (!it.path || url.startsWith(it.path)),
      );
      if (!found) return undefined;
      found.times -= 1;
      if (found.times <= 0) waiting = waiting.filter((it) => it !== found);
      return found;
    },
    wait: ({ delayMs }) =>
      delayMs > 0 ? new Promise((resolve) => setTimeout(resolve, delayMs)) : Promise.resolve(),
  };
}
