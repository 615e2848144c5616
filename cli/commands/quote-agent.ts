/** `tollgate quote agent`: what a run of an agent is likely to cost, from its past runs. */
import type { Command } from 'commander';
import { formatCredits } from '../../core/contract/credits';
import { TollgateError } from '../../core/contract/errors';
import type { AgentQuote } from '../../ledger/views';
import { answerFromLedger } from '../answer';
import { renderFacts } from '../table';
import { agentQuoteToWire } from '../wire';
import { describeBasis } from '../wording';

interface AgentOptions {
  readonly account?: string;
  readonly schedule?: string;
}

export function addQuoteAgent(quote: Command): void {
  quote
    .command('agent')
    .description('what a run of an agent is likely to cost, child runs included')
    .argument('<agent>', 'name of the agent, as `runs list` shows it')
    .option('--account <account>', 'from runs of this account only')
    .option('--schedule <schedule>', 'from runs of this schedule only')
    .addHelpText('after', '\nExample:\n  $ tollgate quote agent research-digest --account acme')
    .action((agent: string, { account, schedule }: AgentOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const request = {
          agent,
          ...(account === undefined ? {} : { account }),
          ...(schedule === undefined ? {} : { schedule }),
        };
        const quoted = await ledger.quoteAgent(request);
        if (!quoted) throw new TollgateError('QUOTE_UNKNOWN', request);
        return { json: agentQuoteToWire(quoted), text: render(quoted) };
      }),
    );
}

function render(quote: AgentQuote): string {
  return renderFacts([
    ['Agent', quote.agent],
    ['Account', quote.account],
    ['Schedule', quote.schedule],
    ['Minimum', formatCredits(quote.minimum)],
    ['Likely', formatCredits(quote.likely)],
    ['Maximum', formatCredits(quote.maximum)],
    ['From', describeBasis(quote.runs, 'run')],
  ]);
}
