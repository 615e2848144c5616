/** Starts the process that takes and sends webhooks, and tells it when to send. */
import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface WebhookArgument {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly customers: readonly string[];
}

export type Order =
  | { readonly do: 'send'; readonly perMinute: number; readonly forged: boolean }
  | { readonly do: 'pause' }
  | { readonly do: 'stop' };

export interface Sent {
  /** How many were answered with each status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly perMinute: number;
  /** Of the answers. */
  readonly p99Ms: number;
}

export interface Webhooks {
  /** Sends while `work` goes on; a status other than this one is an error. */
  during<Result>(
    forged: boolean,
    work: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly sent: Sent }>;
  stop(): Promise<void>;
}

const PER_MINUTE = 2_000;

export async function startWebhooks(argument: WebhookArgument): Promise<Webhooks> {
  const child = fork(require.resolve('./webhook-process'), [JSON.stringify(argument)]);
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the process of webhooks ended with ${String(signal ?? code)}`);
  });
  ended.catch(() => undefined);
  const order = (what: Order): void => void child.send(what);
  const told = async (): Promise<unknown> =>
    (await Promise.race([once(child, 'message'), ended]))[0];
  await told();
  return {
    async during(forged, work) {
      order({ do: 'send', perMinute: PER_MINUTE, forged });
      const result = await work();
      order({ do: 'pause' });
      const sent = (await told()) as Sent; // what the process answers to "pause"
      const wanted = forged ? '400' : '200';
      if (Object.keys(sent.statuses).join() !== wanted)
        throw new Error(`webhooks were answered ${JSON.stringify(sent.statuses)}, not ${wanted}`);
      return { result, sent };
    },
    async stop() {
      order({ do: 'stop' });
      await ended.catch(() => undefined);
    },
  };
}
