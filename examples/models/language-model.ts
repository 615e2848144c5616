/**
 * A language model at a provider, through the Vercel AI SDK. It is tried once: Temporal retries the
 * block, and a failure that no retry mends (a wrong key, an unknown model) ends it at once.
 */
import { ApplicationFailure } from '@temporalio/common';
import { APICallError, generateText, type LanguageModel } from 'ai';
import type { ModelCall, Table, TextModel, Written } from './text-model';

const MAX_OUTPUT_TOKENS = 2_000;

/** @param open gives the provider's model; it is asked once, when the first block needs it. */
export function languageModel(name: string, open: () => Promise<LanguageModel>): TextModel {
  let opened: Promise<LanguageModel> | undefined;
  const write = async (system: string, prompt: string, call: ModelCall) =>
    generate(name, await (opened ??= open()), { system, prompt }, call);
  return {
    name,
    summarise: ({ title, text }, call) =>
      write(
        'You summarise one document in three to five plain sentences. Use only what it says.',
        `Document: ${title}\n\n${text}`,
        call,
      ),
    writeDigest: (summaries, call) =>
      write(
        'You write a digest of several documents: one paragraph on what they say together, then one line for each document, beginning with its title. Use only the summaries given.',
        summaries.map(({ title, text }) => `## ${title}\n${text}`).join('\n\n'),
        call,
      ),
    answer: (question, table, call) =>
      write(
        'You answer a question about a table given as CSV. Work out figures from its rows only, name the rows you used, and say so when the table cannot answer.',
        `${writeCsv(table)}\n\nQuestion: ${question}`,
        call,
      ),
  };
}

async function generate(
  name: string,
  model: LanguageModel,
  prompt: { readonly system: string; readonly prompt: string },
  { signal }: ModelCall,
): Promise<Written> {
  try {
    const { text, usage } = await generateText({
      model,
      ...prompt,
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      maxRetries: 0,
      ...(signal ? { abortSignal: signal } : {}),
    });
    return usage.totalTokens === undefined ? { text } : { text, tokens: usage.totalTokens };
  } catch (cause) {
    if (!APICallError.isInstance(cause) || cause.isRetryable) throw cause;
    throw ApplicationFailure.create({
      message: `${name} refused the call: ${cause.message}`,
      type: 'MODEL_REFUSED',
      nonRetryable: true,
      cause,
    });
  }
}

function writeCsv({ columns, rows }: Table): string {
  const quote = (value: string) =>
    /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  return [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
    .map((cells) => cells.map(quote).join(','))
    .join('\n');
}
