/**
 * The promise: the examples of docs/pricing.md print what stands there, and its price book is valid.
 */
import * as tollgate from '../../../index';
import type { PriceRule } from '../../../core/contract/price';
import { finalPrice } from '../../../core/pricing/final-price';
import { reserveAmount } from '../../../core/pricing/quote';
import { readCodeBlocks, readDocument } from './documents';
import { readExamples, runExample } from './run-example';

const { formatCredits, isTollgateError, parsePriceBook } = tollgate;

function describePrice(price: PriceRule, input: unknown, usage: Record<string, number>): string {
  const reserved = formatCredits(reserveAmount(price, [input]));
  return `reserves ${reserved}, costs ${formatCredits(finalPrice(price, [input], usage))}`;
}

function describeOutcome(work: () => unknown): string {
  try {
    return String(work());
  } catch (error) {
    if (!isTollgateError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

it.each(readExamples('docs/pricing.md'))('$title', async (example) => {
  const printed = await runExample(example, (print) => ({
    ...tollgate,
    show: (price: PriceRule, input: unknown, usage = {}) =>
      print(describeOutcome(() => describePrice(price, input, usage))),
    tryTo: (work: () => unknown) => print(describeOutcome(work)),
  }));
  expect(printed).toBe(example.printed);
});

it('shows a price book that is valid', () => {
  const books = readCodeBlocks(readDocument('docs/pricing.md')).filter(
    ({ name }) => name === 'book',
  );
  expect(books).toHaveLength(1);
  for (const { code } of books) expect(() => parsePriceBook(code)).not.toThrow();
});
