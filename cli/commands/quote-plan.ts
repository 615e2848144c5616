/** `tollgate quote plan`: what a list of calls would cost, line by line and in all, and whether it fits. */
import type { Command } from 'commander';
import { formatCredits, type Credits } from '../../core/contract/credits';
import {
  missingFor,
  quotePlan,
  type PlanLine,
  type PlanQuote,
  type PlanSum,
} from '../../core/pricing/quote-plan';
import { answer, useLedger } from '../answer';
import { addPriceOptions, openPrices, type PriceSource } from '../find-price';
import { readPastCosts } from '../past-costs';
import { readPlan } from '../plan-file';
import { renderTable, type Column } from '../table';
import { describeBasis } from '../wording';

interface PlanOptions extends PriceSource {
  readonly account?: string;
  readonly agent?: string;
}

export function addQuotePlan(quote: Command): void {
  const plan = quote
    .command('plan')
    .description('what a list of calls would cost, and whether an account can pay for it')
    .argument('<file>', 'JSON: [{ "block", "input", "count" }, …]; - for stdin')
    .option('--account <account>', 'say whether it fits what this account has available')
    .option('--agent <agent>', 'learn from its runs only, not from all');
  addPriceOptions(plan)
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: PlanOptions, command: Command) =>
      answer(command, async () => {
        const findCall = await openPrices(options);
        const planned = (await readPlan(file)).map(({ block, args, count }) => ({
          ...findCall(block, args),
          count,
        }));
        const past = await readPastCosts(planned, options.agent);
        const quoted = quotePlan(planned.map((call, place) => ({ ...call, past: past[place] })));
        const available = await readAvailable(options.account);
        return { json: toWire(quoted, available), text: render(quoted, available) };
      }),
    );
}

const EXAMPLES = `
Examples:
  $ tollgate quote plan plan.json --account acme
  $ echo '[{"block":"summarise","input":{"model":"large"},"count":8}]' | tollgate quote plan -`;

async function readAvailable(account: string | undefined): Promise<Credits | undefined> {
  if (account === undefined) return undefined;
  return useLedger(async (ledger) => (await ledger.readAccount(account)).available);
}

function toWire(quote: PlanQuote, available: Credits | undefined) {
  return {
    lines: quote.lines.map((line) => ({
      ...line,
      reserve: formatCredits(line.reserve),
      ...sumToWire(line),
    })),
    cost: sumToWire(quote.cost),
    needed: sumToWire(quote.needed),
    ...(available === undefined
      ? {}
      : {
          available: formatCredits(available),
          missing: sumToWire(missingFor(quote, available)),
        }),
  };
}

function sumToWire({ minimum, likely, maximum }: PlanSum) {
  return {
    minimum: formatCredits(minimum),
    likely: formatCredits(likely),
    maximum: maximum === undefined ? undefined : formatCredits(maximum),
  };
}

type Row = PlanSum & Partial<PlanLine> & { readonly title: string };

function render(quote: PlanQuote, available: Credits | undefined): string {
  const missing = available === undefined ? [] : [missingFor(quote, available)];
  const rows: readonly Row[] = [
    ...quote.lines.map((line) => ({ ...line, title: line.block })),
    { ...quote.cost, title: 'Costs' },
    { ...quote.needed, title: 'Needed at the start' },
    ...missing.map((sum) => ({ ...sum, title: 'Missing' })),
  ];
  const table = renderTable(COLUMNS, rows, '');
  if (available === undefined) return table;
  return `${table}\n\nAvailable: ${formatCredits(available)}. ${describeFit(missingFor(quote, available))}`;
}

function describeFit({ minimum, likely, maximum }: PlanSum): string {
  if (maximum === 0n) return 'It fits, even at its maximum.';
  if (likely === 0n) {
    return maximum === undefined
      ? 'It is likely to fit; nothing bounds what it may cost.'
      : `It is likely to fit; at its maximum ${formatCredits(maximum)} are missing.`;
  }
  if (minimum === 0n) return `It is likely not to fit: ${formatCredits(likely)} are missing.`;
  return `It does not fit: at least ${formatCredits(minimum)} are missing.`;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'block', value: (row) => row.title },
  { title: 'chosen', value: (row) => row.choice ?? '' },
  {
    title: 'calls',
    value: (row) => (row.count === undefined ? '' : String(row.count)),
    align: 'right',
  },
  {
    title: 'reserves',
    value: (row) => (row.reserve === undefined ? '' : formatCredits(row.reserve)),
    align: 'right',
  },
  { title: 'minimum', value: (row) => formatCredits(row.minimum), align: 'right' },
  { title: 'likely', value: (row) => formatCredits(row.likely), align: 'right' },
  {
    title: 'maximum',
    value: (row) => (row.maximum === undefined ? 'none' : formatCredits(row.maximum)),
    align: 'right',
  },
  {
    title: 'from',
    value: (row) => (row.calls === undefined ? '' : describeBasis(row.calls, 'call')),
  },
];
