/** `tollgate quote`: what a call, a plan of calls or a run of an agent would cost. */
import type { Command } from 'commander';
import { addQuoteAgent } from './quote-agent';
import { addQuoteCall } from './quote-call';
import { addQuotePlan } from './quote-plan';

export function addQuoteCommand(program: Command): void {
  const quote = program
    .command('quote')
    .description('what a call, a plan of calls or a run of an agent would cost');
  addQuoteCall(quote);
  addQuotePlan(quote);
  addQuoteAgent(quote);
}
