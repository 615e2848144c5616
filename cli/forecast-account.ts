/** Brings a forecast together: what the ledger holds, when Temporal's schedules tick, and what their runs cost. */
import type { Client } from '@temporalio/client';
import { readTicks, type ScheduledAgent } from '../client/read-ticks';
import { TollgateError } from '../core/contract/errors';
import { forecast, type Forecast } from '../core/pricing/forecast';
import type { Ledger } from '../ledger/ledger';
import type { AgentQuote } from '../ledger/views';

export interface ForecastSchedule extends ScheduledAgent {
  /** What its runs cost; absent when none has run: it counts with nothing. */
  readonly quote?: AgentQuote;
}

export interface AccountForecast extends Forecast {
  readonly schedules: readonly ForecastSchedule[];
}

const DAY_MS = 24 * 60 * 60 * 1_000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;

/** @throws ACCOUNT_UNKNOWN, INPUT_INVALID */
export async function forecastAccount(
  ledger: Ledger,
  client: Client,
  account: string,
  wanted?: Date,
): Promise<AccountForecast> {
  const supply = await ledger.readSupply(account);
  const end = wanted ?? new Date(supply.at.getTime() + DEFAULT_DAYS * DAY_MS);
  refuseBadEnd(supply.at, end);
  const { schedules: scheduled, until } = await readTicks(client, account, supply.at, end);
  const schedules = await Promise.all(
    scheduled.map(async (one): Promise<ForecastSchedule> => {
      const quote = await quoteSchedule(ledger, account, one);
      return { ...one, ...(quote ? { quote } : {}) };
    }),
  );
  const ticks = schedules.flatMap(({ ticks, quote }) =>
    quote ? ticks.map((tick) => ({ ...tick, cost: quote.likely })) : [],
  );
  return { ...forecast(supply, ticks, until), schedules };
}

/** From its own runs, else from the agent's on this account, else from the agent's on any. */
async function quoteSchedule(
  ledger: Ledger,
  account: string,
  { agent, schedule }: ScheduledAgent,
): Promise<AgentQuote | undefined> {
  return (
    (await ledger.quoteAgent({ agent, account, schedule })) ??
    (await ledger.quoteAgent({ agent, account })) ??
    (await ledger.quoteAgent({ agent }))
  );
}

function refuseBadEnd(from: Date, until: Date): void {
  const days = (until.getTime() - from.getTime()) / DAY_MS;
  if (days > 0 && days <= MAX_DAYS) return;
  throw new TollgateError('INPUT_INVALID', {
    until: until.toISOString(),
    rule: `in the future, at most ${MAX_DAYS} days ahead`,
  });
}
