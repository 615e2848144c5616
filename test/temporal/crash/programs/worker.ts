/**
 * A worker as a process of its own, to be killed: by itself at a named point in the life of its first
 * block, or by the test at any moment. It runs the blocks and the workflow of the other plugin tests.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { TollgatePlugin } from '../../../../index';
import { openLedger, type Ledger } from '../../../../ledger';
import { patientWithWorkflows } from '../../../../worker/starved-threads';
import { readArgument, runProgram } from '../../../support/in-program';
import type { Answered } from '../../../support/answers';
import { createTestBlocks } from '../../support/blocks';
import { behaveAsTrees } from '../../support/run-trees';
import { loadWorkflowBundle } from '../../support/workflow-bundle';
import { die, doomCompletions, doomLedger, GROWN, type KillPoint } from './kill-points';

export interface WorkerArgument {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly taskQueue: string;
  readonly killPoint?: KillPoint;
  readonly slackMs?: number;
  /** Where Tollgate's own worker would be, which no test of these needs. */
  readonly systemTaskQueue?: string;
  /** Where every answer of the ledger is written down before the gate sees it. */
  readonly answersFile?: string;
}

/** What a block under the label `doomed` has used before it ends, or its worker does. */
export const DOOMED_KB = 4;
/** How long a block under the label `slow` takes. */
const SLOW_MS = 40;

runProgram(async () => {
  const argument = readArgument<WorkerArgument>();
  const { temporalAddress, databaseUrl, taskQueue, killPoint, slackMs, answersFile } = argument;
  const { systemTaskQueue } = argument;
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const opened = await openLedger({ connectionString: databaseUrl });
  const noting = answersFile === undefined ? opened : noteAnswers(opened, answersFile);
  const ledger = killPoint ? doomLedger(noting, databaseUrl, killPoint) : noting;

  const work = createTestBlocks();
  work.when('doomed', async ({ meter }) => {
    meter.add('kb', DOOMED_KB);
    if (killPoint?.includes('grow')) await meter.atLeast(GROWN);
    return killPoint === 'during the block' ? die() : 'first attempt';
  });
  work.when('slow', () => pause(SLOW_MS));
  behaveAsTrees(work, () => pause(SLOW_MS));

  const connection = await NativeConnection.connect({ address: temporalAddress });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: await loadWorkflowBundle(),
    // What this worker had cached must not be waited for when it is dead.
    stickyQueueScheduleToStartTimeout: '500ms',
    ...patientWithWorkflows,
    interceptors: killPoint ? { activity: [doomCompletions(killPoint)] } : {},
    plugins: [
      new TollgatePlugin({
        ledger,
        blocks: work.blocks,
        reaper: false,
        ...(slackMs === undefined ? {} : { slackMs }),
        ...(systemTaskQueue === undefined ? {} : { systemTaskQueue }),
      }),
    ],
  });
  const ended = worker.run();
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await ended;
    await connection.close();
    await opened.close();
  };
});

function noteAnswers(ledger: Ledger, file: string): Ledger {
  const note = (answered: Answered): void => appendFileSync(file, `${JSON.stringify(answered)}\n`);
  return {
    ...ledger,
    async reserve(request) {
      const answer = await ledger.reserve(request);
      const key = { run: request.run, call: String(request.call) };
      if (answer.kind === 'reserved')
        note({ op: 'reserve', ...key, amount: String(answer.reserved) });
      return answer;
    },
    async settle(request) {
      const answer = await ledger.settle(request);
      const key = { run: request.run, call: String(request.call) };
      if (answer.kind === 'settled')
        note({ op: 'settle', ...key, amount: String(answer.charge.charged) });
      return answer;
    },
  };
}
