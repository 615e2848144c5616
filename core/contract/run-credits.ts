/**
 * What a gated run says about its own spending: the answer of its `credits` query, and the names of
 * the search attributes it keeps where they are registered.
 */
import type { CreditsText } from './credits';
import type { OutOfCredits } from './out-of-credits';
import type { GuaranteeAmount } from './gate-header';

/** Name of the query that every gated workflow answers with {@link RunCredits}. */
export const CREDITS_QUERY = 'credits';

/** Keyword search attribute: the account that a run charges. */
export const ACCOUNT_ATTRIBUTE = 'CreditAccountId';

/** Double search attribute: what a run was charged, written when it ends. */
export const SPENT_ATTRIBUTE = 'CreditsSpent';

/** Memo field that may name the account of a run, in the shape of {@link StartCredits}. */
const MEMO_FIELD = 'tollgate';

/** Whom a run charges: the start option `tollgate`, or the memo field of that name. */
export interface StartCredits {
  readonly account: string;
  /** Name of the agent as shown to people; default: the workflow type. */
  readonly agent?: string;
  /** The seat that starts the run, when the host knows one. */
  readonly member?: string;
  /** What the run and all runs below it may spend; continuing as new goes on under the same budget. */
  readonly budget?: CreditsText;
  /** What the run and the runs below it do at zero credits; default: what the worker says. */
  readonly outOfCredits?: OutOfCredits;
  /**
   * Credits to set aside at the run's first block, so that it and the runs below it cannot run out of them
   * half way; `quote` for the most that past runs of the agent cost. What is left returns when the run ends.
   */
  readonly guarantee?: GuaranteeAmount;
}

/** Reads the memo field `tollgate`, where it names an account. */
export function readStartCredits(
  memo: Readonly<Record<string, unknown>> | undefined,
): StartCredits | undefined {
  const found = memo?.[MEMO_FIELD];
  if (typeof found !== 'object' || found === null || !('account' in found)) return undefined;
  const { account } = found;
  if (typeof account !== 'string' || account === '') return undefined;
  return {
    account,
    ...('agent' in found && typeof found.agent === 'string' ? { agent: found.agent } : {}),
    ...('member' in found && typeof found.member === 'string' ? { member: found.member } : {}),
    ...('budget' in found && typeof found.budget === 'string' ? { budget: found.budget } : {}),
    // Checked where it is used, like every other field a memo may hold.
    ...('outOfCredits' in found ? { outOfCredits: found.outOfCredits as OutOfCredits } : {}),
    ...('guarantee' in found && typeof found.guarantee === 'string'
      ? { guarantee: found.guarantee }
      : {}),
  };
}

export interface RunCredits {
  readonly account?: string;
  /** Charged to this run's own blocks so far; child runs answer for themselves. */
  readonly spent: CreditsText;
  /** Charged calls so far. */
  readonly blocks: number;
  readonly byBlock: Readonly<Record<string, BlockCredits>>;
  /** Calls that wait for credits now, longest first; left out when none does. */
  readonly waiting?: readonly WaitingCall[];
}

export interface WaitingCall {
  readonly block: string;
  readonly needed: CreditsText;
  /** What the account had when the call was refused last. */
  readonly available: CreditsText;
  /** ISO times: of the first refusal, of the end of the wait, of the next credits that come by themselves. */
  readonly since: string;
  readonly deadline: string;
  readonly nextCreditsAt?: string;
}

export interface BlockCredits {
  readonly calls: number;
  readonly spent: CreditsText;
}
