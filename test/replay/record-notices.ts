/** Records `notices:{endpoint}`, as record.ts records runs. */
import { noticesWorkflowId } from '../../core/contract/system';
import { openNoticeHouse, whenReceived } from '../temporal/notices/notice-house';
import { record } from './history-file';

async function recordNotices(version: string): Promise<void> {
  const house = await openNoticeHouse();
  const account = await house.fund();
  const { receiver, endpoint } = await house.listen(account);
  await house.tell(account, 3);
  const tollgate = await house.startTollgate();
  try {
    await whenReceived(receiver, 3);
    const handle = house.temporal.client.workflow.getHandle(noticesWorkflowId(endpoint.id));
    await handle.result();
    await record(version, 'system-notices', handle);
  } finally {
    await tollgate.stop();
    await house.close();
  }
}

recordNotices(process.argv[2] ?? 'unreleased').catch((error: unknown) => {
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
});
