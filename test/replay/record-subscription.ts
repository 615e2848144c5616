/**
 * Records `subscription:{account}`, as record.ts records runs: a pack is bought, changed, cancelled, kept and
 * renewed.
 */
import { subscriptionWorkflowId } from '../../core/contract/subscription';
import { DAY, openBillingHouse } from '../temporal/support/billing-house';
import { record } from './history-file';

async function recordSubscription(version: string): Promise<void> {
  const house = await openBillingHouse();
  try {
    const account = await house.openAccount();
    const { subscription } = account;
    const answer = await subscription.subscribe({ pack: 'agent-200' });
    if (!('url' in answer)) throw new Error('no Checkout page');
    await account.pay(answer.url);
    await subscription.refresh();
    await account.advance(5 * DAY);
    const preview = await subscription.previewPack({ pack: 'agent-1000' });
    await subscription.changePack({ pack: 'agent-1000', preview });
    await subscription.changePack({ pack: 'nothing that is sold' }).catch(() => undefined);
    await subscription.cancel();
    await subscription.resubscribe();
    await subscription.topUp({ topUp: 'top-up-100' });
    await subscription.portal();
    await account.advance(31 * DAY);
    await subscription.refresh();
    const workflowId = subscriptionWorkflowId(account.account);
    await record(
      version,
      'system-subscription',
      house.temporal.client.workflow.getHandle(workflowId),
    );
  } finally {
    await house.close();
  }
}

recordSubscription(process.argv[2] ?? 'unreleased').catch((error: unknown) => {
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = 1;
});
