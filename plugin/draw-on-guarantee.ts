/**
 * What a call says of the guarantee that it draws on, so that the first of them makes it. The amount
 * matters to that one only; a quote is asked for once per run in each worker.
 */
import type { Info } from '@temporalio/activity';
import { credits, type Credits } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { RunGuarantee } from '../core/contract/gate-header';
import type { ReserveRequest } from '../core/contract/reservation';
import type { Ledger } from '../ledger/ledger';
import { describeRun } from './block-call';
import { remember } from './remember';

type Quotes = Pick<Ledger, 'quoteAgent'>;

const REMEMBERED_QUOTES = 1_000;

const rememberQuote = remember<{ amount?: Credits }>(REMEMBERED_QUOTES);

/** @throws QUOTE_UNKNOWN, LEDGER_UNAVAILABLE */
export async function drawOnGuarantee(
  ledger: Quotes,
  request: ReserveRequest,
  guarantee: RunGuarantee | undefined,
  info: Info,
): Promise<ReserveRequest> {
  if (!guarantee) return request;
  const { workflowId, runId } = guarantee;
  const agent = info.workflowType ?? '';
  const facts = describeRun(guarantee, { agent, workflowId, workflowRunId: runId });
  const amount =
    guarantee.credits === 'quote'
      ? await quote(ledger, request.account, facts.run, facts.agent)
      : credits(guarantee.credits);
  if (amount === 0n) return request; // The agent's runs have cost nothing so far.
  return { ...request, guarantee: { amount, facts, namespace: info.namespace, aliveAs: runId } };
}

/** The most that runs of the agent cost on this account, or on any while it has run on no other. */
async function quote(
  ledger: Quotes,
  account: string,
  run: string,
  agent: string,
): Promise<Credits> {
  const known = rememberQuote(run, () => ({}));
  if (known.amount !== undefined) return known.amount;
  const found =
    (await ledger.quoteAgent({ agent, account })) ?? (await ledger.quoteAgent({ agent }));
  if (!found) throw new TollgateError('QUOTE_UNKNOWN', { agent, account });
  return (known.amount = found.maximum);
}
