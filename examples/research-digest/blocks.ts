/**
 * The blocks of the research digest, one for each way to price: a fixed price, a price by the data
 * that is pulled in, a price by model, and a price by model plus the tokens a provider counted.
 */
import { z } from 'zod';
import { byOption, defineBlock, fixed, metered } from '../../index';
import { MODEL_SIZES, type Models } from '../models/text-model';
import { MAX_DOCUMENTS, findDocuments, loadDocuments } from './documents';

/** What one call of `read_documents` sets aside for; the agent asks for no more at a time. */
const MAX_KB_PER_READ = 200;

const model = z.enum(MODEL_SIZES).default('small');
const document = z.object({ title: z.string(), text: z.string() });

// The types of the blocks are what the workflows use; written out, they would repeat the definitions.
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types
export function createResearchBlocks({ models }: { readonly models: Models }) {
  return [
    defineBlock({
      name: 'list_documents',
      input: z.object({
        folder: z.string().min(1),
        limit: z.number().int().min(1).max(MAX_DOCUMENTS).default(MAX_DOCUMENTS),
      }),
      price: fixed('0.1'),
      run: ({ folder, limit }) => findDocuments(folder, limit),
    }),
    defineBlock({
      name: 'read_documents',
      input: z.object({ folder: z.string().min(1), paths: z.array(z.string()).max(MAX_DOCUMENTS) }),
      price: metered({
        rates: { kb: '0.01' },
        reserve: { units: { kb: MAX_KB_PER_READ } },
        minimum: '0.01',
      }),
      run: async ({ folder, paths }, { meter }) => {
        const documents = await loadDocuments(folder, paths);
        for (const { bytes } of documents) meter.add('kb', bytes / 1024);
        return documents;
      },
    }),
    defineBlock({
      name: 'summarise',
      input: z.object({ model, document }),
      price: byOption('model', { small: '0.5', large: '2' }),
      run: async (input, { signal }) => {
        const writer = models[input.model];
        const { text } = await writer.summarise(input.document, { signal });
        return { summary: text, model: writer.name };
      },
    }),
    defineBlock({
      name: 'write_digest',
      input: z.object({ model, summaries: z.array(document).min(1).max(MAX_DOCUMENTS) }),
      price: metered({
        base: byOption('model', { small: '1', large: '4' }),
        rates: { tokens: { credits: '0.2', per: 1000 } },
        reserve: { units: { tokens: 5000 } },
      }),
      run: async (input, { meter, signal }) => {
        const writer = models[input.model];
        const { text, tokens } = await writer.writeDigest(input.summaries, { signal });
        if (tokens !== undefined) meter.add('tokens', tokens);
        return { digest: text, model: writer.name };
      },
    }),
  ] as const;
}

export type ResearchBlocks = ReturnType<typeof createResearchBlocks>;
