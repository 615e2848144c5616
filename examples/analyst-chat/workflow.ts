/** One turn of a chat with an analyst: a question about a CSV file, and its answer. */
import { proxyBlocks } from '../../workflow';
import type { ModelSize } from '../models/text-model';
import type { AnalystBlocks } from './blocks';

export interface AnalystInput {
  readonly file: string;
  readonly question: string;
  /** Default `small`. */
  readonly model?: ModelSize;
}

export interface AnalystAnswer {
  readonly answer: string;
  /** Name of the model that wrote it. */
  readonly model: string;
  /** Rows of the table it looked at. */
  readonly rows: number;
}

const { analyst_turn } = proxyBlocks<AnalystBlocks>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 3 },
});

export async function analystChat({
  file,
  question,
  model = 'small',
}: AnalystInput): Promise<AnalystAnswer> {
  return analyst_turn({ file, question, model });
}
