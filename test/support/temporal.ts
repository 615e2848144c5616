/**
 * Connections and workers for a test file on the Temporal server of the run. Task queues are unique,
 * so files never see each other's work. `close` fails the file when it left a worker running.
 */
import { randomUUID } from 'node:crypto';
import { Client, type ClientOptions, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { patientWithWorkflows } from '../../worker/starved-threads';
import { readTestTemporalAddress } from './environment';

export interface TestTemporal {
  readonly address: string;
  readonly connection: Connection;
  readonly nativeConnection: NativeConnection;
  /** A client without plugins. */
  readonly client: Client;
  /** A client on the same connection, such as one with the plugin. */
  createClient(options: Omit<ClientOptions, 'connection'>): Client;
  startWorker(options: TestWorkerOptions): Promise<TestWorker>;
  /** Call it in `afterAll`. */
  close(): Promise<void>;
}

export type TestWorkerOptions = Omit<WorkerOptions, 'connection' | 'taskQueue'> & {
  readonly taskQueue?: string;
};

export interface TestWorker {
  readonly taskQueue: string;
  readonly worker: Worker;
  /** Drains the worker; rejects when it had crashed. */
  stop(): Promise<void>;
}

/** Call it in `beforeAll`. @param address of another server than that of the run */
export async function connectTemporal(
  address: string = readTestTemporalAddress(),
): Promise<TestTemporal> {
  const connection = await Connection.connect({ address });
  const nativeConnection = await NativeConnection.connect({ address });
  const running = new Set<TestWorker>();
  return {
    address,
    connection,
    nativeConnection,
    client: new Client({ connection }),
    createClient: (options) => new Client({ ...options, connection }),
    async startWorker(options) {
      const started = await startWorker(nativeConnection, options, () => running.delete(started));
      running.add(started);
      return started;
    },
    async close() {
      const left = [...running];
      await Promise.allSettled(left.map((worker) => worker.stop()));
      await nativeConnection.close();
      await connection.close();
      if (left.length > 0) throw new Error(`The test left ${left.length} worker(s) running.`);
    },
  };
}

/** A task queue that no other test uses. */
export function uniqueTaskQueue(prefix = 'test'): string {
  return `${prefix}-${randomUUID()}`;
}

async function startWorker(
  connection: NativeConnection,
  options: TestWorkerOptions,
  forget: () => void,
): Promise<TestWorker> {
  const taskQueue = options.taskQueue ?? uniqueTaskQueue();
  const worker = await Worker.create({
    shutdownGraceTime: '5s',
    ...patientWithWorkflows,
    ...options,
    connection,
    taskQueue,
  });
  const ended = worker.run();
  // Whoever stops the worker gets the rejection; without a handler until then Node would end the process.
  ended.catch(() => undefined);
  return {
    taskQueue,
    worker,
    async stop() {
      forget();
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}
