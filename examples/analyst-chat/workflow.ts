/** One turn of a chat with an analyst: a question about a CSV file, and its answer. */
import { ApplicationFailure } from '@temporalio/workflow';
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

export async function analystChat(input?: AnalystInput): Promise<AnalystAnswer> {
  const { file, question, model = 'small' } = input ?? {};
  // A mistake of whoever starts it ends the run; left to fail by itself, its task would be tried for ever.
  if (!file || !question)
    throw ApplicationFailure.nonRetryable(
      'analystChat wants { "file": "…", "question": "…" }',
      'INPUT_INVALID',
    );
  return analyst_turn({ file, question, model });
}
