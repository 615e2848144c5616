/**
 * The model of a machine without a provider's key. It picks sentences and adds up columns; it
 * understands nothing, which is why it is called `local-extractive` wherever its text is shown.
 */
import { answerFromTable } from './answer-from-table';
import { findTopics, pickSentences } from './pick-sentences';
import { readSentences } from './plain-text';
import type { DocumentText, ModelSize, TextModel } from './text-model';

const RULES = {
  small: { count: 3, avoidRepeats: false, favourLead: true },
  large: { count: 5, avoidRepeats: true, favourLead: true },
} as const;
const TOPICS = 6;
const NOTHING = '(No prose was found in it.)';

export function localExtractive(size: ModelSize): TextModel {
  return {
    name: 'local-extractive',
    summarise: async ({ text }) => ({
      text: pickSentences(readSentences(text), RULES[size]).join(' ') || NOTHING,
    }),
    writeDigest: async (summaries) => ({ text: writeDigest(summaries, size) }),
    answer: async (question, table) => ({ text: answerFromTable(question, table) }),
  };
}

/** What the documents share, their best sentences together, then the best sentence of each. */
function writeDigest(summaries: readonly DocumentText[], size: ModelSize): string {
  const sentences = summaries.flatMap(({ text }) => readSentences(text));
  const topics = findTopics(sentences, TOPICS);
  const count = summaries.length === 1 ? '1 document' : `${summaries.length} documents`;
  return [
    `Digest of ${count}${topics.length > 0 ? `; they speak most of ${topics.join(', ')}` : ''}.`,
    '',
    pickSentences(sentences, { ...RULES[size], avoidRepeats: true, favourLead: false }).join(' ') ||
      NOTHING,
    '',
    ...summaries.map(({ title, text }) => {
      const [best] = pickSentences(readSentences(text), {
        count: 1,
        avoidRepeats: false,
        favourLead: true,
      });
      return `- ${title}: ${best ?? NOTHING}`;
    }),
  ].join('\n');
}
