/** An agent as an author writes one: three blocks in a row, and not a word about credits. */
import { proxyBlocks } from '../../../workflow';
import type { BriefingBlocks } from '../support/briefing-blocks';

export interface BriefingInput {
  readonly topic: string;
  readonly model: 'small' | 'large';
}

const PAGES_PER_QUERY = 2;

const { plan_search, pull_pages, write_summary } = proxyBlocks<BriefingBlocks>({
  startToCloseTimeout: '2 minutes',
});

export async function briefing({ topic, model }: BriefingInput): Promise<string> {
  const queries = await plan_search({ topic });
  const pages = await pull_pages({ queries, perQuery: PAGES_PER_QUERY });
  return write_summary({ topic, model, pages });
}
