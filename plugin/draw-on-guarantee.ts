/**
 * What a call says of the guarantee that it draws on, so that the first of them makes it. The amount
 * matters to that one only.
 */
import type { Info } from '@temporalio/activity';
import { credits } from '../core/contract/credits';
import type { RunGuarantee } from '../core/contract/gate-header';
import type { ReserveRequest } from '../core/contract/reservation';
import { describeRun } from './block-call';
import type { QuoteRun } from './recent-quotes';

/** @throws QUOTE_UNKNOWN, LEDGER_UNAVAILABLE */
export async function drawOnGuarantee(
  quoteRun: QuoteRun,
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
      ? await quoteRun(request.account, facts.agent)
      : credits(guarantee.credits);
  if (amount === 0n) return request; // The agent's runs have cost nothing so far.
  return { ...request, guarantee: { amount, facts, namespace: info.namespace, aliveAs: runId } };
}
