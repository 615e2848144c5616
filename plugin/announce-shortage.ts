/**
 * Tells the workflow `out-of-credits:{account}` that something was refused for want of credits. It starts
 * with the first that it hears of.
 */
import type { Context } from '@temporalio/activity';
import { Client } from '@temporalio/client';
import { TollgateError } from '../core/contract/errors';
import {
  OUT_OF_CREDITS_WORKFLOW,
  outOfCreditsId,
  REFUSED_SIGNAL,
  type RefusedCall,
} from '../core/contract/out-of-credits';
import { remember } from './remember';

/** What halts needs nobody; its account's workflow need not hear of every one. */
const QUIET_MS = 10_000;
const REMEMBERED = 1_000;

/** @throws TEMPORAL_UNAVAILABLE */
export async function announceShortage(
  systemTaskQueue: string,
  context: Context,
  account: string,
  refused: RefusedCall,
): Promise<void> {
  try {
    // A client without the author's way to encode data, which Tollgate's own worker does not know.
    const client = new Client({
      connection: context.client.connection,
      namespace: context.info.namespace,
    });
    await client.workflow.signalWithStart(OUT_OF_CREDITS_WORKFLOW, {
      workflowId: outOfCreditsId(account),
      taskQueue: systemTaskQueue,
      args: [account],
      signal: REFUSED_SIGNAL,
      signalArgs: [refused],
      staticSummary: `${account} is out of credits`,
    });
  } catch (cause) {
    const { block } = refused;
    throw new TollgateError('TEMPORAL_UNAVAILABLE', { account, block }, { cause });
  }
}

export type AnnounceHalt = (
  context: Context,
  account: string,
  refused: RefusedCall,
) => Promise<void>;

/** The same for what halts or is skipped: once in a while for each account and schedule, and never in its way. */
export function announceHalts(systemTaskQueue: string): AnnounceHalt {
  const announcedAt = remember<{ ms: number }>(REMEMBERED);
  return async (context, account, refused) => {
    const last = announcedAt(`${account} ${refused.schedule ?? ''}`, () => ({ ms: -Infinity }));
    if (Date.now() - last.ms < QUIET_MS) return;
    last.ms = Date.now();
    await announceShortage(systemTaskQueue, context, account, refused).catch((error: unknown) => {
      context.log.warn('Tollgate could not be told that an account is out of credits', {
        account,
        error,
      });
    });
  };
}
