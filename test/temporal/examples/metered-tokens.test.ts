/**
 * A block that is metered by tokens is charged what the provider counted, and a provider that refuses
 * its key ends the run without a charge for the block that asked.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { runAgent } from '../../../examples/demo-run';
import { chooseModels } from '../../../examples/models/choose-models';
import type { Research, ResearchInput } from '../../../examples/research-digest/workflow';
import { credits } from '../../../index';
import { eventually } from '../../support/eventually';
import {
  startProviderStandIn,
  TEXT,
  TOKENS,
  type ProviderStandIn,
} from '../../unit/examples/provider-stand-in';
import { startExampleWorker, type ExampleWorker } from './example-worker';

const input: ResearchInput = { folder: join(__dirname, 'documents'), maxDocuments: 2 };

let provider: ProviderStandIn;
beforeAll(async () => {
  provider = await startProviderStandIn();
});
afterAll(() => provider.close());

async function research(key: string) {
  const models = chooseModels({ ...provider.addresses, ANTHROPIC_API_KEY: key });
  const worker: ExampleWorker = await startExampleWorker(models);
  try {
    const account = `tokens-${randomUUID()}`;
    await worker.ledger.openAccount(account, { drip: false });
    await worker.ledger.grant({ account, amount: credits('20'), key: 'test', source: 'operator' });
    const ended = await runAgent<ResearchInput, Research>(
      worker,
      'researchDigest',
      account,
      input,
    ).catch((error: unknown) => ({ error }));
    // A summary that ran beside the refused one may still be ending.
    const view = await eventually(async () => {
      const found = await worker.ledger.readAccount(account);
      return found.reserved === 0n && found;
    });
    return { ended, view };
  } finally {
    await worker.close();
  }
}

it('charges the tokens that the provider counted', async () => {
  const { ended } = await research('good');
  if (!('run' in ended)) throw ended.error;
  expect(ended.result).toMatchObject({ digest: TEXT, model: 'anthropic/claude-haiku-4-5' });
  expect(ended.run.blocks.at(-1)).toMatchObject({
    block: 'write_digest',
    reserved: '2',
    charged: '1.2468',
    usage: { tokens: TOKENS },
  });
});

it('does not charge a block whose provider refuses the key', async () => {
  const { ended, view } = await research('bad');
  expect(ended).toMatchObject({ error: { cause: { cause: { type: 'MODEL_REFUSED' } } } });
  // Listing and reading were done and are paid for.
  expect(view).toMatchObject({ balance: credits('19.89') });
});
