/** Turns a Markdown or text document into the prose in it, as sentences. */

const MIN_SENTENCE_WORDS = 5;
const MAX_SENTENCE_WORDS = 40;

/** Below it a sentence is mostly symbols: a formula, a signature, a row of abbreviations. */
const MIN_LETTER_SHARE = 0.75;
/** Above it a sentence is an enumeration. */
const MAX_PAUSES_PER_WORD = 0.2;

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The document's sentences in order, without headings, code, tables and links' addresses. */
export function readSentences(text: string): readonly string[] {
  return readParagraphs(text).flatMap((paragraph) =>
    [...segmenter.segment(paragraph)].map(({ segment }) => segment.trim()).filter(isProse),
  );
}

/** Lower-case words of three letters or more, without the most common ones. */
export function readWords(text: string): readonly string[] {
  return (text.toLowerCase().match(/\p{L}[\p{L}\p{N}-]{2,}/gu) ?? []).filter(
    (word) => !COMMON.has(word),
  );
}

function isProse(sentence: string): boolean {
  const words = sentence.split(' ').length;
  if (words < MIN_SENTENCE_WORDS || words > MAX_SENTENCE_WORDS) return false;
  const pauses = sentence.match(/[,;:]/g)?.length ?? 0;
  if (pauses > words * MAX_PAUSES_PER_WORD) return false;
  const letters = sentence.match(/\p{L}/gu)?.length ?? 0;
  return letters / sentence.length >= MIN_LETTER_SHARE && /[.!?][)”"']?$/.test(sentence);
}

function readParagraphs(text: string): readonly string[] {
  const prose = text
    .replace(/^---\n[\s\S]*?\n---\n/, '')
    .replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, '\n')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split('\n')
    // A heading, a table row or a rule ends the paragraph before it and is no prose itself.
    .map((line) => (/^\s*(#|\||[-=*_]{3,}\s*$)/.test(line) ? '' : line))
    // A list item is a paragraph of its own.
    .map((line) => line.replace(/^\s*([-*+]|\d+[.)])\s+/, '\n'))
    .join('\n');
  return prose
    .split(/\n\s*\n/)
    .map((paragraph) =>
      paragraph
        .replace(/[*`]+|^>\s*/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((paragraph) => paragraph !== '');
}

const COMMON = new Set(
  (
    'about above after again all also and any are been before being below between both but can cannot ' +
    'could did does doing down during each every few for from further had has have having her here him his how ' +
    'into its itself just more most nor not now off once one only other our out over own same she should ' +
    'some such than that the their them then there these they this those through too under until very was ' +
    'were what when where which while who whom why will with would you your may must use used using two per new via without comes same like also'
  ).split(' '),
);
