/** Records an episode of `out-of-credits:{account}`, and runs that a schedule starts, as record.ts records runs. */
import { outOfCreditsId } from '../../core/contract/out-of-credits';
import { openHouse } from '../temporal/support/gated-house';
import { openScheduleHouse } from '../temporal/support/gated-schedules';
import { topUp, whenInLine, whenOver, work } from '../temporal/support/lines';
import { record } from './history-file';

/** Two runs wait and go on; a schedule runs, and is skipped without credits. */
async function recordLineAndSchedules(version: string): Promise<void> {
  const house = await openHouse();
  const worker = await house.startWorker({ gate: { outOfCredits: 'wait' } });
  const tollgate = await house.startTollgate();
  const scheduled = openScheduleHouse(house);
  try {
    const account = await house.fund('1');
    await house.start(account, [work('waits')]);
    const second = await house.start(account, [work('waits, too')]);
    await whenInLine(house, account, 2);
    await topUp(house, account, '2');
    await whenInLine(house, account, 1);
    await topUp(house, account, '3');
    await second.result();
    await whenOver(house, account);
    await record(
      version,
      'system-out-of-credits',
      house.client.workflow.getHandle(outOfCreditsId(account)),
    );

    const funded = await house.fund('10');
    const empty = await house.fund('1');
    await house.ledger.revoke({ account: empty, key: 'test' });
    for (const [name, owner] of [
      ['scheduled', funded],
      ['scheduled-skipped', empty],
    ] as const) {
      const schedule = await scheduled.create(owner);
      await scheduled.schedules.trigger(schedule);
      await scheduled.results(schedule, 1);
      const [taken] = (await scheduled.inTemporal(schedule)).info.recentActions;
      const { workflowId = '' } = taken?.action.workflow ?? {};
      await record(version, name, house.client.workflow.getHandle(workflowId));
    }
  } finally {
    await Promise.all([worker.stop(), tollgate.stop()]);
    await house.close();
  }
}

recordLineAndSchedules(process.argv[2] ?? 'unreleased').catch((error: unknown) => {
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
});
