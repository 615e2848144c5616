/**
 * What Temporal says about a run. The books stand without it: when Temporal cannot be asked, the
 * answer simply has no status.
 */
import type { RunView } from '../ledger/views';
import type { Environment } from './environment';

export interface TemporalRun {
  /** `RUNNING`, `COMPLETED`, `FAILED` …; null when Temporal could not be asked or does not know the run. */
  readonly status: string | null;
  /** The run in Temporal's own page, where its address is known. */
  readonly url: string | null;
}

/** Someone waits at the terminal, and the status is an extra. */
const TEMPORAL_TIMEOUT_MS = 2_000;

export async function lookUpRun(
  environment: Environment,
  run: RunView,
  askTemporal: boolean,
): Promise<TemporalRun> {
  return {
    status: askTemporal ? await askStatus(environment, run) : null,
    url: linkRun(environment, run),
  };
}

export function linkRun(environment: Environment, run: RunView): string | null {
  const { temporalUi, temporalNamespace } = environment;
  if (!temporalUi) return null;
  const path = [temporalNamespace, 'workflows', run.workflowId, run.workflowRunId].map(
    encodeURIComponent,
  );
  return `${temporalUi.replace(/\/+$/, '')}/namespaces/${path.join('/')}/history`;
}

async function askStatus(environment: Environment, run: RunView): Promise<string | null> {
  const { temporalAddress, temporalNamespace } = environment;
  if (!temporalAddress) return null;
  const { Client, Connection } = await import('@temporalio/client');
  try {
    const connection = await Connection.connect({
      address: temporalAddress,
      connectTimeout: TEMPORAL_TIMEOUT_MS,
    });
    try {
      const client = new Client({ connection, namespace: temporalNamespace });
      const handle = client.workflow.getHandle(run.workflowId, run.workflowRunId);
      const deadline = Date.now() + TEMPORAL_TIMEOUT_MS;
      const { status } = await connection.withDeadline(deadline, () => handle.describe());
      return status.name;
    } finally {
      await connection.close();
    }
  } catch {
    return null;
  }
}
