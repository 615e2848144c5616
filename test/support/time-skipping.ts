/**
 * A Temporal server of a test's own in which time can be skipped: `sleep('30 days')` on it returns at once,
 * and every timer of those days has fired. Time passes as usual while an activity runs, and it is the same
 * for all workflows of the server. The ledger goes by its own clock all the while.
 *
 * The SDK's `TestWorkflowEnvironment` gives this server five seconds to start, which a busy machine does not
 * keep; so it is started here.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection';
import type { Duration } from '@temporalio/common';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { findFreePort, LOOPBACK } from '../../dev/free-port';
import { startProgram } from '../../dev/part';
import { eventually } from './eventually';

const TOOL = join(__dirname, '../../tools/time-skipping.mjs');
const START_DEADLINE_MS = 60_000;
const STOP_GRACE_MS = 5_000;

export interface TimeSkippingServer {
  /** `host:port`, as of any Temporal server; the namespace is `default`. */
  readonly address: string;
  /** What time it is there. */
  now(): Promise<Date>;
  /** Lets so much time pass. */
  sleep(duration: Duration): Promise<void>;
  /** Call it in `afterAll`, when nothing is connected any more. */
  close(): Promise<void>;
}

/** Call it in `beforeAll`. */
export async function startTimeSkipping(): Promise<TimeSkippingServer> {
  const { stdout } = await promisify(execFile)(process.execPath, [TOOL]);
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-time-'));
  const port = await findFreePort();
  const server = await startProgram('Time-skipping Temporal', {
    command: stdout.trim(),
    args: [String(port)],
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '' },
    logFile: join(folder, 'server.log'),
    stopSignal: 'SIGTERM',
    graceMs: STOP_GRACE_MS,
  });
  const address = `${LOOPBACK}:${port}`;
  // The option is the SDK's own, for its testing package.
  const options = { address, [InternalConnectionOptionsSymbol]: { supportsTestService: true } };
  const connection = await eventually(() => Connection.connect(options), {
    what: 'the time-skipping server',
    deadlineMs: START_DEADLINE_MS,
  });
  const { testService } = connection;
  if (!testService) throw new Error('This server cannot skip time.');
  return {
    address,
    async now() {
      const { time } = await testService.getCurrentTime({});
      return new Date(tsToMs(time));
    },
    async sleep(duration) {
      await testService.unlockTimeSkippingWithSleep({ duration: msToTs(duration) });
    },
    async close() {
      await connection.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
