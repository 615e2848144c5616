/** One chat turn over a CSV file. It costs what the model costs, plus the data that it pulled in. */
import { z } from 'zod';
import { byOption, defineBlock, metered } from '../../index';
import { MODEL_SIZES, type Models } from '../models/text-model';
import { MAX_TABLE_BYTES, readTable } from './read-table';

// The types of the blocks are what the workflows use; written out, they would repeat the definitions.
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types
export function createAnalystBlocks({ models }: { readonly models: Models }) {
  return [
    defineBlock({
      name: 'analyst_turn',
      input: z.object({
        file: z.string().min(1),
        question: z.string().trim().min(1).max(2_000),
        model: z.enum(MODEL_SIZES).default('small'),
      }),
      price: metered({
        base: byOption('model', { small: '1', large: '4' }),
        rates: { kb: '0.02' },
        reserve: { units: { kb: MAX_TABLE_BYTES / 1024 } },
      }),
      // The data was pulled in, whether or not the model then answered.
      onFailure: 'charge-usage',
      run: async ({ file, question, model }, { meter, signal }) => {
        const table = await readTable(file);
        meter.add('kb', table.bytes / 1024);
        const writer = models[model];
        const { text } = await writer.answer(question, table, { signal });
        return { answer: text, model: writer.name, rows: table.rows.length };
      },
    }),
  ] as const;
}

export type AnalystBlocks = ReturnType<typeof createAnalystBlocks>;
