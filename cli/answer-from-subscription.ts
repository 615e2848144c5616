/** Commands that ask an account's subscription workflow, which reads and asks Stripe itself. */
import { WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import type { Command } from 'commander';
import { subscriptionOf, type Subscription } from '../client/subscription';
import { TollgateError } from '../core/contract/errors';
import { answer, type Answer } from './answer';
import { useTemporal } from './temporal-client';

/** Someone waits at the terminal; what was asked for goes on in the workflow. */
const DEADLINE_MS = 120_000;

/** @throws TEMPORAL_UNAVAILABLE when nobody answers, and what the workflow refuses */
export async function answerFromSubscription(
  command: Command,
  account: string,
  produce: (subscription: Subscription) => Promise<Answer>,
): Promise<void> {
  await answer(command, () => askSubscription(account, produce));
}

export async function askSubscription<Result>(
  account: string,
  ask: (subscription: Subscription) => Promise<Result>,
): Promise<Result> {
  return useTemporal((client) =>
    client
      .withDeadline(Date.now() + DEADLINE_MS, () => ask(subscriptionOf(client, account)))
      .catch((cause: unknown) => {
        if (!(cause instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) throw cause;
        throw new TollgateError(
          'TEMPORAL_UNAVAILABLE',
          { account },
          { message: 'No worker that has Stripe answers', cause },
        );
      }),
  );
}
