/**
 * A load of runs on workers that are processes of their own, for tests that kill something under it.
 * New runs follow the finished ones until the test has killed enough, so that every crash meets the
 * load, on any machine. In the end every run must have finished, and what the ledger had answered and
 * what the runs were told is held against the books.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { credits, formatCredits, TollgatePlugin } from '../../../index';
import { readRunCredits } from '../../../client';
import { openLedger, type Ledger } from '../../../ledger';
import { compareAnswers } from '../../support/answers';
import { eventually } from '../../support/eventually';
import { startProgram, type Program } from '../../support/program';
import { uniqueTaskQueue } from '../../support/temporal';
import { loadWorkflowBundle } from '../support/workflow-bundle';
import type { Step } from '../workflows/plan';
import type { WorkerArgument } from './programs/worker';

export interface Load {
  readonly ledger: Ledger;
  startWorker(): Promise<Program>;
  /** From now on so many runs at a time; the account has plenty of credits for them. */
  begin(): void;
  /** Waits until so many more blocks have been charged. */
  moreCharges(count: number): Promise<void>;
  /** Lets the runs under way finish; fails unless every block of every run was charged exactly once. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export interface LoadOptions {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

const RUNS_AT_A_TIME = 16;
/** Each run calls its blocks in pairs. */
const PAIRS = 4;
const BLOCKS_PER_RUN = 2 * PAIRS;
const PRICE = credits('3');
const FUNDS = '1000000';
const DEADLINE_MS = 90_000;
/** A lost attempt is made again after so long. */
const ATTEMPT = '3s';
const WORKFLOW_TASK = '2s';

const CALL: Step = {
  call: 'work',
  input: { label: 'slow' },
  options: {
    startToCloseTimeout: ATTEMPT,
    retry: { initialInterval: '50ms', maximumInterval: '500ms' },
  },
};
const STEPS: readonly Step[] = Array.from({ length: PAIRS }, () => ({ parallel: [CALL, CALL] }));

export async function openLoad(options: LoadOptions): Promise<Load> {
  const { databaseUrl, temporalAddress } = options;
  // Made once here, so that workers find it made.
  await loadWorkflowBundle();
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-load-'));
  const ledger = await openLedger({ connectionString: databaseUrl });
  const connection = await Connection.connect({ address: temporalAddress });
  const client = new Client({ connection, plugins: [new TollgatePlugin()] });
  const taskQueue = uniqueTaskQueue('load');
  const account = `load-${randomUUID()}`;
  await ledger.openAccount(account, { drip: false });
  await ledger.grant({ account, amount: credits(FUNDS), key: 'test', source: 'operator' });
  const handles: WorkflowHandle[] = [];
  const answersFiles: string[] = [];
  const workers: Program[] = [];
  let enough = false;
  let lines: readonly Promise<void>[] = [];

  /** Asks again while Temporal is away: the same start under the same id starts one run. */
  async function startRun(): Promise<WorkflowHandle> {
    const workflowId = `load-${randomUUID()}`;
    return eventually(
      () =>
        client.workflow.start('plan', {
          taskQueue,
          workflowId,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowTaskTimeout: WORKFLOW_TASK,
          args: [STEPS],
          tollgate: { account },
        }),
      { what: 'a run to start', deadlineMs: DEADLINE_MS },
    );
  }

  async function runOneAfterTheOther(): Promise<void> {
    while (!enough) {
      const handle = await startRun();
      handles.push(handle);
      await eventually(() => handle.result(), { what: 'a run to finish', deadlineMs: DEADLINE_MS });
    }
  }

  const countCharges = async (): Promise<number> =>
    Number((await ledger.readAccount(account)).entries);

  async function settledCharges(): Promise<number> {
    let count = 0;
    for await (const { kind, charged } of ledger.exportEntries(account)) {
      if (kind !== 'settled') continue;
      if (charged !== PRICE) throw new Error(`A block was charged ${formatCredits(charged ?? 0n)}`);
      count += 1;
    }
    return count;
  }

  return {
    ledger,
    async startWorker() {
      const answersFile = join(folder, String(answersFiles.length));
      answersFiles.push(answersFile);
      const argument: WorkerArgument = { temporalAddress, databaseUrl, taskQueue, answersFile };
      const worker = startProgram(require.resolve('./programs/worker'), argument);
      workers.push(worker);
      await worker.receive('ready');
      return worker;
    },
    begin() {
      lines = Array.from({ length: RUNS_AT_A_TIME }, runOneAfterTheOther);
      // Whoever waits for the end gets the failure.
      for (const line of lines) line.catch(() => undefined);
    },
    async moreCharges(count) {
      const what = 'charges to be made';
      const before = await eventually(countCharges, { what, deadlineMs: DEADLINE_MS });
      const more = eventually(async () => (await countCharges()) >= before + count, {
        what,
        deadlineMs: DEADLINE_MS,
      });
      await Promise.race([more, ...lines, ...workers.map(({ failed }) => failed)]);
    },
    async finish() {
      enough = true;
      await Promise.all(lines);
      const blocks = handles.length * BLOCKS_PER_RUN;
      expect(await settledCharges()).toBe(blocks);
      expect(await ledger.readAccount(account)).toMatchObject({
        balance: credits(FUNDS) - PRICE * BigInt(blocks),
        reserved: 0n,
      });
      const told = await Promise.all(handles.map((handle) => readRunCredits(handle)));
      const spent = formatCredits(PRICE * BigInt(BLOCKS_PER_RUN));
      for (const one of told) expect(one).toMatchObject({ spent, blocks: BLOCKS_PER_RUN });
      const { lost, settles } = await compareAnswers(
        answersFiles.filter((file) => existsSync(file)),
        databaseUrl,
      );
      expect(lost).toEqual([]);
      expect(settles).toBeGreaterThan(0);
      const { checks } = await ledger.doctor();
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    },
    async close() {
      enough = true;
      await ledger.close();
      await connection.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
