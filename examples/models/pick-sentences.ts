/**
 * Extractive summary: picks the sentences that hold most of a text's frequent words. It writes
 * nothing of its own, so it cannot say anything that the text does not.
 */
import { readWords } from './plain-text';

const MAX_SENTENCES_SCORED = 2_000;
/** Early sentences tell more often what a document is about. */
const LEAD_BONUSES = [1.8, 1.5, 1.3];
const SHORT_SENTENCE_WORDS = 6;
/** Two sentences that share so much of the shorter one say the same. */
const REPEAT_SHARE = 0.5;

export interface PickRules {
  readonly count: number;
  /** Leave out sentences that mostly repeat one that was picked already. */
  readonly avoidRepeats: boolean;
  /** Prefer the first sentences; for one document, not for several in a row. */
  readonly favourLead: boolean;
}

/** The best sentences, in the order of the text. */
export function pickSentences(sentences: readonly string[], rules: PickRules): readonly string[] {
  const scored = sentences.slice(0, MAX_SENTENCES_SCORED).map((sentence, index) => ({
    sentence,
    index,
    words: new Set(readWords(sentence)),
  }));
  const frequency = countWords(scored.map(({ words }) => words));
  const ranked = scored
    .map((entry) => ({
      ...entry,
      score:
        scoreWords(entry.words, frequency) *
        (rules.favourLead ? (LEAD_BONUSES[entry.index] ?? 1) : 1),
    }))
    .sort((a, b) => b.score - a.score || a.index - b.index);
  const picked: typeof ranked = [];
  for (const entry of ranked) {
    if (picked.length === rules.count) break;
    const repeats =
      rules.avoidRepeats &&
      picked.some(({ words }) => shareWords(words, entry.words) > REPEAT_SHARE);
    if (!repeats) picked.push(entry);
  }
  return picked.sort((a, b) => a.index - b.index).map(({ sentence }) => sentence);
}

/** The words that most sentences are about. */
export function findTopics(sentences: readonly string[], count: number): readonly string[] {
  const frequency = countWords(sentences.map((sentence) => new Set(readWords(sentence))));
  return [...frequency]
    .filter(([, sentencesWithIt]) => sentencesWithIt > 1)
    .sort(([wordA, a], [wordB, b]) => b - a || wordA.localeCompare(wordB))
    .slice(0, count)
    .map(([word]) => word);
}

/** In how many sentences each word stands. */
function countWords(sentences: readonly ReadonlySet<string>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const words of sentences) {
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** An average over the words, so that a long sentence does not win by its length; a very short one has too few. */
function scoreWords(words: ReadonlySet<string>, frequency: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const word of words) sum += Math.log(1 + (frequency.get(word) ?? 0));
  return words.size === 0 ? 0 : sum / (words.size + SHORT_SENTENCE_WORDS);
}

function shareWords(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / Math.max(1, Math.min(a.size, b.size));
}
