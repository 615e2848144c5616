/**
 * Tollgate's own worker as a process of its own, which kills itself in the middle of waking a line: when
 * credits are set aside and nobody has been told, when some have been, or when all have been and that is not
 * written down.
 */
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { startTollgate } from '../../../../index';
import { openLedger, type Ledger, type WaitingView } from '../../../../ledger';
import { readArgument, runProgram } from '../../../support/in-program';
import { loadSystemBundle } from '../../support/workflow-bundle';
import { die } from './kill-points';

export type WakePoint = 'before anybody is told' | 'when some are told' | 'before it is noted';

export interface SystemWorkerArgument {
  readonly temporalAddress: string;
  readonly databaseUrl: string;
  readonly taskQueue: string;
  readonly point: WakePoint;
}

const TOLD_BEFORE_DEATH = 3;

runProgram(async () => {
  const { temporalAddress, databaseUrl, taskQueue, point } = readArgument<SystemWorkerArgument>();
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const ledger = await openLedger({ connectionString: databaseUrl });
  const connection = await NativeConnection.connect({ address: temporalAddress });
  const tollgate = await startTollgate({
    connection,
    taskQueue,
    ledger: doomWaking(ledger, point),
    workflowBundle: await loadSystemBundle(),
  });
  return async () => {
    await tollgate.stop();
    await connection.close();
    await ledger.close();
  };
});

function doomWaking(ledger: Ledger, point: WakePoint): Ledger {
  return {
    ...ledger,
    async wakeLine(line, options) {
      const woken = await ledger.wakeLine(line, options);
      return woken > 0 && point === 'before anybody is told' ? die() : woken;
    },
    async listWoken(line) {
      const woken = await ledger.listWoken(line);
      return point === 'when some are told' ? dieWithin(woken) : woken;
    },
    async confirmTold(line, keys) {
      if (keys.length > 0 && point === 'before it is noted') return die();
      return ledger.confirmTold(line, keys);
    },
  };
}

/** Whoever goes through it gets the first few, and no further. */
function dieWithin(woken: readonly WaitingView[]): readonly WaitingView[] {
  if (woken.length <= TOLD_BEFORE_DEATH) return woken;
  return new Proxy(woken, {
    get(target, name) {
      if (name !== Symbol.iterator) return Reflect.get(target, name) as unknown;
      return function* () {
        yield* target.slice(0, TOLD_BEFORE_DEATH);
        void die();
      };
    },
  });
}
