/**
 * Tells the owner of an account what happens to it, in order, beside the loop of `out-of-credits:{account}`:
 * whoever waits for credits does not wait until that is done, nor when it cannot be done.
 */
import { CancellationScope, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities';
import type { RefusedCall } from '../core/contract/out-of-credits';

const { tellOfRefusals, tellOfEnd } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '200 ms', maximumInterval: '10 seconds' },
});

/** Refusals that the owner is told of in one go: bounds what one activity is given. */
const TOLD_AT_ONCE = 200;

/** A call that was refused, or the end of the shortage. */
export type News = RefusedCall | 'over';

export interface Teller {
  tell(news: News): void;
  /** What is still to be told; to be told again by the next run if this one continues as new. */
  untold(): readonly News[];
}

export interface TellerParts {
  readonly account: string;
  /** When the episode began, as ISO time. */
  readonly since: string;
  /** What the run before has left. */
  readonly before: readonly News[] | undefined;
  /** Called after each piece of news. */
  readonly onTold: () => void;
}

export function openTeller({ account, since, before = [], onTold }: TellerParts): Teller {
  const queue: News[] = [];
  let telling = false;

  async function tellNext(): Promise<void> {
    const end = queue.indexOf('over');
    if (end === 0) {
      await tellOfEnd(account);
      queue.shift();
      return;
    }
    const refused = (end < 0 ? queue : queue.slice(0, end)) as readonly RefusedCall[];
    const calls = refused.slice(0, TOLD_AT_ONCE);
    await tellOfRefusals({ account, since, calls });
    queue.splice(0, calls.length);
  }

  async function tellAll(): Promise<void> {
    telling = true;
    while (queue.length > 0) {
      await tellNext();
      onTold();
    }
    telling = false;
  }

  const tell = (news: News): void => {
    queue.push(news);
    if (!telling) void CancellationScope.nonCancellable(tellAll);
  };
  for (const news of before) tell(news);
  return { tell, untold: () => queue };
}
