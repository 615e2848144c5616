/**
 * `GET /health`: 200 while the ledger and Temporal answer, else 503 and which one does not. A closing
 * server answers 503 too, so that nothing new is sent to it.
 */
import type { Client } from '@temporalio/client';
import type { FastifyInstance } from 'fastify';
import type { Ledger } from '../ledger/ledger';

const DEADLINE_MS = 2_000;

export interface HealthOptions {
  readonly ledger: Pick<Ledger, 'listAccounts'>;
  readonly client: Client;
}

export function addHealthRoute(app: FastifyInstance, { ledger, client }: HealthOptions): void {
  app.get('/health', async (_request, reply) => {
    const [ledgerAnswers, temporalAnswers] = await Promise.all([
      answers(() => ledger.listAccounts({ limit: 1 })),
      answers(() =>
        client.withDeadline(Date.now() + DEADLINE_MS, () =>
          client.connection.workflowService.getSystemInfo({}),
        ),
      ),
    ]);
    const ok = ledgerAnswers && temporalAnswers;
    return reply
      .status(ok ? 200 : 503)
      .send({ ok, ledger: ledgerAnswers, temporal: temporalAnswers });
  });
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  const late = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), DEADLINE_MS).unref();
  });
  const asked = ask().then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]);
}
