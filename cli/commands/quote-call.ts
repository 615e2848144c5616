/** `tollgate quote call`: what one call of a block would reserve and cost. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import { expectCost, type ExpectedCost } from '../../core/pricing/expected-cost';
import { quoteCall, type Quote, type QuoteLine } from '../../core/pricing/quote';
import { answer } from '../answer';
import { readJson } from '../arguments';
import { addPriceOptions, openPrices, type PriceSource } from '../find-price';
import { readPastCosts } from '../past-costs';
import { renderFacts, renderTable, type Column } from '../table';
import { describeBasis } from '../wording';

interface CallOptions extends PriceSource {
  readonly input: readonly unknown[];
  readonly agent?: string;
}

export function addQuoteCall(quote: Command): void {
  const call = quote
    .command('call', { isDefault: true })
    .description('what a call of a block would reserve and cost')
    .argument('<block>', 'name of the block')
    .option('--input <json>', 'input of the call; given again: the next argument', collectInput, [])
    .option('--agent <agent>', 'learn from its runs only, not from all');
  addPriceOptions(call)
    .addHelpText('after', EXAMPLES)
    .action((block: string, options: CallOptions, command: Command) =>
      answer(command, async () => {
        const priced = (await openPrices(options))(block, options.input);
        const quoted = quoteCall(priced.price, priced.args);
        const [past] = await readPastCosts([priced], options.agent);
        const expected = expectCost(quoted, past);
        return { json: toWire(quoted, expected), text: render(quoted, expected) };
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

function toWire(quote: Quote, { minimum, likely, maximum, calls }: ExpectedCost) {
  return {
    ...quote,
    reserve: formatCredits(quote.reserve),
    minimum: formatCredits(quote.minimum),
    maximum: quote.maximum === undefined ? undefined : formatCredits(quote.maximum),
    breakdown: quote.breakdown.map((line) => ({ ...line, amount: formatCredits(line.amount) })),
    expected: {
      minimum: formatCredits(minimum),
      likely: formatCredits(likely),
      maximum: maximum === undefined ? undefined : formatCredits(maximum),
      calls,
    },
  };
}

function render(quote: Quote, expected: ExpectedCost): string {
  const chosen = quote.options.map(({ option, chosen }) => `${option}=${chosen ?? '(none)'}`);
  const facts = renderFacts([
    ['Block', quote.block],
    ['Price', quote.version],
    ['Chosen', chosen.join(', ')],
    ['Reserves', `${formatCredits(quote.reserve)} credits`],
    ['Costs', describeRange(quote)],
    ['Likely', quote.minimum === quote.maximum ? undefined : describeLikely(expected)],
  ]);
  return `${facts}\n\n${renderTable(COLUMNS, quote.breakdown, '')}`;
}

function describeRange({ minimum, maximum }: Quote): string {
  if (maximum === minimum) return `exactly ${formatCredits(minimum)}`;
  const most = maximum === undefined ? 'without a maximum' : `at most ${formatCredits(maximum)}`;
  return `at least ${formatCredits(minimum)}, ${most}`;
}

function describeLikely({ minimum, likely, maximum, calls }: ExpectedCost): string {
  const bounds =
    calls === 0 || maximum === undefined
      ? ''
      : `, nearly always ${formatCredits(minimum)} to ${formatCredits(maximum)}`;
  return `${formatCredits(likely)}${bounds} (${describeBasis(calls, 'call')})`;
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
