/**
 * Ends guarantees whose runs have ended without saying so: terminated, timed out, or lost with their
 * worker. Temporal is asked about each now and then; what lives is extended. When Temporal does not
 * answer, nothing is extended and nothing ended: a guarantee then stands until its own deadline.
 */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { GuaranteeLedger, OpenGuarantee } from '../ledger/guarantees';

const DEFAULT_ASK_EVERY_MS = 60_000;
/** A run that has continued more often since it was asked for last is taken to live. */
const MAX_LINKS = 50;
const { CONTINUE_AS_NEW_INITIATOR_WORKFLOW } = temporal.api.enums.v1.ContinueAsNewInitiator;

/** @throws what Temporal's client throws when the server does not answer. */
export async function sweepGuarantees(
  ledger: GuaranteeLedger,
  client: Client,
  everyMs = DEFAULT_ASK_EVERY_MS,
): Promise<void> {
  const { namespace } = client.options;
  for (const guarantee of await ledger.guaranteesToAsk({ namespace, everyMs })) {
    const aliveAs = await findLivingRun(client, guarantee);
    if (aliveAs === undefined) await ledger.endGuarantee(guarantee.run);
    else await ledger.extendGuarantee(guarantee.run, aliveAs);
  }
}

/**
 * The original id of the run that lives: the one that holds the guarantee, one that a reset made of it,
 * or one that continues it as new. A retry and the next tick of a cron are runs of their own.
 */
async function findLivingRun(
  client: Client,
  { workflowId, aliveAs }: OpenGuarantee,
): Promise<string | undefined> {
  const latest = await describe(client, workflowId);
  if (!latest || latest.closeTime) return undefined;
  if (latest.runId === aliveAs) return aliveAs;
  let { runId } = latest;
  let living: string | undefined;
  for (let link = 0; link < MAX_LINKS; link += 1) {
    const start = await readStart(client, workflowId, runId);
    // Temporal keeps closed runs for a while only: what came before this one cannot be told any more.
    if (!start) return living;
    living ??= start.originalExecutionRunId ?? runId;
    if (start.originalExecutionRunId === aliveAs) return living;
    if (start.initiator !== CONTINUE_AS_NEW_INITIATOR_WORKFLOW) return undefined;
    if (!start.continuedExecutionRunId) return undefined;
    runId = start.continuedExecutionRunId;
  }
  return living;
}

async function describe(client: Client, workflowId: string) {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

type Start = temporal.api.history.v1.IWorkflowExecutionStartedEventAttributes;

/** What the first event of a run says. */
async function readStart(
  client: Client,
  workflowId: string,
  runId: string,
): Promise<Start | undefined> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  return history?.events?.[0]?.workflowExecutionStartedEventAttributes ?? undefined;
}
