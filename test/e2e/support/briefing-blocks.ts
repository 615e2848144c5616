/**
 * The blocks of the briefing agent, one for each way to price: fixed, by the pages pulled in, by
 * model. The last one waits for `beforeWriting`, so that a test can look at a run that goes on.
 */
import { z } from 'zod';
import { byOption, defineBlock, fixed, metered } from '../../../index';

const TOPIC = z.object({ topic: z.string() });
const MAX_PAGES = 20;

export function createBriefingBlocks(options: { readonly beforeWriting: () => Promise<void> }) {
  return [
    defineBlock({
      name: 'plan_search',
      input: TOPIC,
      price: fixed('1'),
      run: async ({ topic }) =>
        ['background', 'numbers', 'critics'].map((part) => `${topic} ${part}`),
    }),
    defineBlock({
      name: 'pull_pages',
      input: z.object({ queries: z.array(z.string()), perQuery: z.number().int() }),
      price: metered({
        base: '0.5',
        rates: { page: '0.25' },
        reserve: { units: { page: MAX_PAGES } },
      }),
      run: async ({ queries, perQuery }, { meter }) => {
        const pages = queries.flatMap((query) =>
          Array.from({ length: perQuery }, (_, place) => ({ title: `${query} ${place + 1}` })),
        );
        meter.add('page', pages.length);
        return pages;
      },
    }),
    defineBlock({
      name: 'write_summary',
      input: TOPIC.extend({
        model: z.enum(['small', 'large']),
        pages: z.array(z.object({ title: z.string() })),
      }),
      price: byOption('model', { small: '1', large: '4' }),
      run: async ({ topic, pages }) => {
        await options.beforeWriting();
        return `What ${pages.length} pages say about ${topic}.`;
      },
    }),
  ] as const;
}

export type BriefingBlocks = ReturnType<typeof createBriefingBlocks>;
