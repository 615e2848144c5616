/** `tollgate quote`: what a call of a block would reserve, from a price book or the example blocks. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import type { AnyBlock } from '../../core/contract/block';
import { isTollgateError, TollgateError } from '../../core/contract/errors';
import type { PriceBook } from '../../core/contract/price';
import type { PinnedPrice } from '../../core/contract/reservation';
import { findPrice, validatePriceBook } from '../../core/pricing/price-book';
import { quoteCall, type Quote, type QuoteLine } from '../../core/pricing/quote';
import { answer } from '../answer';
import { readInstant, readJson } from '../arguments';
import { renderFacts, renderTable, type Column } from '../table';

interface QuoteOptions {
  readonly input: readonly unknown[];
  readonly book?: string;
  readonly at?: Date;
}

/** A price, and the arguments as the block would see them. */
interface Call {
  readonly price: PinnedPrice;
  readonly args: readonly unknown[];
}

export function addQuoteCommand(program: Command): void {
  program
    .command('quote')
    .description('what a call of a block would reserve')
    .argument('<block>', 'name of the block')
    .option('--input <json>', 'input of the call; given again: the next argument', collectInput, [])
    .option('--book <file>', 'price book as JSON, or a list of them (default: the example blocks)')
    .option('--at <time>', 'prices as they hold at this time (default: now)', readInstant)
    .addHelpText('after', EXAMPLES)
    .action((block: string, options: QuoteOptions, command: Command) =>
      answer(command, async () => {
        const { price, args } = options.book
          ? { price: findIn(await readBooks(options.book), block, options.at), args: options.input }
          : await findExample(block, options.input);
        const quote = quoteCall(price, args);
        return { json: quoteToWire(quote), text: renderQuote(quote) };
      }),
    );
}

const EXAMPLES = `
Examples:
  $ tollgate quote summarise --input '{"model":"large"}'
  $ tollgate quote fetch_page --book prices.json --at 2027-01-01`;

function collectInput(text: string, earlier: readonly unknown[]): readonly unknown[] {
  return [...earlier, readJson(text)];
}

async function readBooks(file: string): Promise<readonly PriceBook[]> {
  const content = readJson(await readText(file));
  return Array.isArray(content) ? content.map(validatePriceBook) : [validatePriceBook(content)];
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new TollgateError(
      'INPUT_INVALID',
      { file },
      { message: 'The price book cannot be read', cause },
    );
  }
}

function findIn(books: readonly PriceBook[], block: string, at = new Date()): PinnedPrice {
  const price = findPrice(books, block, at);
  if (price) return price;
  const known = [...new Set(books.flatMap((book) => Object.keys(book.prices)))];
  throw new TollgateError('PRICE_UNKNOWN', { block, known: known.join(' | ') });
}

async function findExample(name: string, input: readonly unknown[]): Promise<Call> {
  const { blocks } = await import('../../examples/agents.js');
  const block = blocks.find((candidate) => candidate.name === name);
  if (!block) {
    const known = blocks.map((candidate) => candidate.name).join(' | ');
    throw new TollgateError('PRICE_UNKNOWN', { block: name, known });
  }
  return {
    price: { block: name, version: block.version, rule: block.price },
    args: fillDefaults(block, input),
  };
}

/** A price asks for its own options only, so an input that is no whole input yet can be quoted too. */
function fillDefaults(block: AnyBlock, input: readonly unknown[]): readonly unknown[] {
  try {
    return block.parse(input);
  } catch (error) {
    if (isTollgateError(error, 'INPUT_INVALID')) return input;
    throw error;
  }
}

function quoteToWire(quote: Quote) {
  return {
    ...quote,
    reserve: formatCredits(quote.reserve),
    minimum: formatCredits(quote.minimum),
    maximum: quote.maximum === undefined ? undefined : formatCredits(quote.maximum),
    breakdown: quote.breakdown.map((line) => ({ ...line, amount: formatCredits(line.amount) })),
  };
}

function renderQuote(quote: Quote): string {
  const chosen = quote.options.map(({ option, chosen }) => `${option}=${chosen ?? '(none)'}`);
  const facts = renderFacts([
    ['Block', quote.block],
    ['Price', quote.version],
    ['Chosen', chosen.join(', ')],
    ['Reserves', `${formatCredits(quote.reserve)} credits`],
    ['Costs', describeRange(quote)],
  ]);
  return `${facts}\n\n${renderTable(COLUMNS, quote.breakdown, '')}`;
}

function describeRange({ minimum, maximum }: Quote): string {
  if (maximum === minimum) return `exactly ${formatCredits(minimum)}`;
  const most = maximum === undefined ? 'without a maximum' : `at most ${formatCredits(maximum)}`;
  return `at least ${formatCredits(minimum)}, ${most}`;
}

const COLUMNS: readonly Column<QuoteLine>[] = [
  { title: 'what', value: (line) => line.what },
  {
    title: 'units',
    value: (line) => (line.units === undefined ? '' : String(line.units)),
    align: 'right',
  },
  { title: 'credits', value: (line) => formatCredits(line.amount), align: 'right' },
];
