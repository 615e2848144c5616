/**
 * The quotes that guarantees are made of. A quote reads hundreds of past runs, so it is asked for once a minute
 * for each account and agent, however many runs start and however many of their blocks ask at the same time.
 */
import type { Credits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { Ledger } from '../ledger/ledger';
import { remember } from './remember';

const GOOD_FOR_MS = 60_000;
const REMEMBERED = 1_000;

/** The most that runs of an agent cost. @throws QUOTE_UNKNOWN, LEDGER_UNAVAILABLE */
export type QuoteRun = (account: string, agent: string) => Promise<Credits>;

export function recentQuotes(ledger: Pick<Ledger, 'quoteAgent'>, now = Date.now): QuoteRun {
  const recent = remember<{ answer?: Promise<Credits>; untilMs: number }>(REMEMBERED);
  return (account, agent) => {
    const known = recent(`${account} ${agent}`, () => ({ untilMs: -Infinity }));
    if (known.answer && now() < known.untilMs) return known.answer;
    const answer = quote(ledger, account, agent);
    known.answer = answer;
    known.untilMs = now() + GOOD_FOR_MS;
    // What could not be told is asked for again; whoever has asked gets the rejection.
    answer.catch(() => {
      if (known.answer === answer) delete known.answer;
    });
    return answer;
  };
}

/** On this account, or on any while the agent has run on no other. */
async function quote(
  ledger: Pick<Ledger, 'quoteAgent'>,
  account: string,
  agent: string,
): Promise<Credits> {
  const found =
    (await ledger.quoteAgent({ agent, account })) ?? (await ledger.quoteAgent({ agent }));
  if (!found) throw new TollgateError('QUOTE_UNKNOWN', { agent, account });
  return found.maximum;
}
