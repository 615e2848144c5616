/**
 * A change of packs: plan, take what is unused (where a new period begins), ask Stripe, and give it back
 * should Stripe refuse. Every step is known by the id of the change; a worker that dies anywhere goes on
 * where it was.
 */
import type { BillingSubject } from '../activities/billing-input';
import type { ChangePlan } from '../core/billing/plan-change';
import type { Agreed } from '../core/contract/subscription';
import { describeCommand, doing, looking } from './subscription-steps';

export interface ChangeOfPacks {
  readonly subject: BillingSubject;
  /** Key of a pack; null takes the Agent line off. */
  readonly to: string | null;
  readonly id: string;
  readonly agreed?: Agreed;
}

/** Throws what refused it; then everything is as it was before. */
export async function changePacks(change: ChangeOfPacks): Promise<void> {
  const { to, id } = change;
  const { account } = change.subject;
  const subject: BillingSubject = { ...change.subject, changeUnderWay: id };
  const plan = await looking(`plan the change to ${to ?? 'no pack'}`).planPackChange({
    ...change,
    subject,
  });
  if (plan.take) {
    await doing('take what is unused').applyBilling({ account, commands: [plan.take] });
  }
  try {
    await askStripe(subject, plan);
  } catch (error) {
    if (plan.undo.length > 0) {
      await doing('give back what was taken').applyBilling({ account, commands: plan.undo });
    }
    throw error;
  }
}

async function askStripe(subject: BillingSubject, plan: ChangePlan): Promise<void> {
  const { account } = subject;
  const { requests, removeCredit } = await doing('work out the requests').planPackRequests({
    subject,
    plan,
  });
  const sent: string[] = [];
  try {
    for (const command of requests) {
      await doing(describeCommand(command)).performStripe({ account, command });
      sent.push(command.do);
    }
  } catch (error) {
    if (sent.includes('credit-unused')) {
      await doing('take the credit off again').performStripe({ account, command: removeCredit });
    }
    throw error;
  }
}
