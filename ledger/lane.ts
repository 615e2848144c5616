/**
 * A lane carries gate calls to PostgreSQL over one connection. With nothing in flight a call goes at
 * once; what arrives while a statement is out goes together in the next one. There is no timer: a lone
 * caller waits for nobody, and a crowd shares one commit.
 *
 * An error of one item never reaches its neighbours: a statement that fails is halved until the item
 * that fails stands alone. A lost connection is made anew and the same calls are sent again, which is
 * safe because every call carries its key.
 */
import { Client } from 'pg';
import { TollgateError } from '../core/contract/errors';
import { asLedgerError, isDisconnected, isRolledBack } from './faults';
import { ask } from './gate-query';
import {
  batchStatement,
  oneStatement,
  readBatch,
  readOne,
  type GateAnswer,
  type GateItem,
} from './gate-statements';

const MAX_BATCH = 512;
/** How long a call may wait for PostgreSQL to come back before it is given up as LEDGER_UNAVAILABLE. */
const RECONNECT_FOR_MS = 10_000;
const RECONNECT_PAUSE_MS = 100;
const CONNECT_TIMEOUT_MS = 5_000;

export interface Lane {
  submit(item: GateItem): Promise<GateAnswer>;
  /** Ends after everything submitted has been answered. */
  close(): Promise<void>;
}

interface Waiting {
  readonly item: GateItem;
  readonly resolve: (answer: GateAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export function openLane(connectionString: string, now: () => string | null): Lane {
  let waiting: Waiting[] = [];
  let client: Client | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function submit(item: GateItem): Promise<GateAnswer> {
    if (closed)
      return Promise.reject(
        new TollgateError('LEDGER_UNAVAILABLE', { reason: 'the ledger is closed' }),
      );
    return new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      running ??= new Promise<void>((done) => process.nextTick(() => void drain().then(done)));
    });
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const { batch, rest } = takeBatch(waiting);
      waiting = rest;
      await carry(batch);
    }
    running = undefined;
  }

  async function carry(batch: readonly Waiting[]): Promise<void> {
    try {
      const answers = await send(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, place) => {
        const answer = answers[place];
        if (answer) resolve(answer);
        else
          reject(
            new TollgateError('INVARIANT_BROKEN', { reason: 'the gate left a call unanswered' }),
          );
      });
    } catch (error) {
      if (batch.length === 1 || isDisconnected(error)) {
        for (const { reject } of batch) reject(asLedgerError(error));
        return;
      }
      const half = batch.length >> 1;
      await carry(batch.slice(0, half));
      await carry(batch.slice(half));
    }
  }

  async function send(items: readonly GateItem[]): Promise<readonly GateAnswer[]> {
    const [first] = items;
    const giveUpAt = Date.now() + RECONNECT_FOR_MS;
    for (;;) {
      try {
        const connection = await connect();
        if (items.length === 1 && first) {
          return [readOne(await ask(connection, oneStatement(first, now())))];
        }
        return readBatch(await ask(connection, batchStatement(items, now())), items.length);
      } catch (error) {
        if (isDisconnected(error)) disconnect();
        else if (!isRolledBack(error)) throw error;
        if (Date.now() >= giveUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_PAUSE_MS));
      }
    }
  }

  async function connect(): Promise<Client> {
    if (client) return client;
    const fresh = new Client({
      connectionString,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      // The arrays defeat the planner's estimates; a plan per call would cost more than the call.
      options:
        '-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off',
    });
    fresh.on('error', () => {
      if (client === fresh) client = undefined;
    });
    await fresh.connect();
    client = fresh;
    return fresh;
  }

  function disconnect(): void {
    void client?.end().catch(() => undefined);
    client = undefined;
  }

  async function close(): Promise<void> {
    closed = true;
    await running;
    const last = client;
    client = undefined;
    await last?.end();
  }

  return { submit, close };
}

/**
 * A key may stand in a batch once; a second call under it waits for the next one, in order. A reserve
 * under a guarantee has a statement of its own.
 */
function takeBatch(waiting: readonly Waiting[]): { batch: Waiting[]; rest: Waiting[] } {
  if (waiting.length === 1) return { batch: [...waiting], rest: [] };
  if (waiting[0]?.item.guarantee) return { batch: waiting.slice(0, 1), rest: waiting.slice(1) };
  const keys = new Set<string>();
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  for (const entry of waiting) {
    const key = `${entry.item.run}${entry.item.call}`;
    const fits = batch.length < MAX_BATCH && !keys.has(key) && entry.item.guarantee === null;
    keys.add(key);
    (fits ? batch : rest).push(entry);
  }
  return { batch, rest };
}
