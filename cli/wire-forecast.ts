/** A forecast as JSON; as in wire.ts, only additions are allowed. */
import { formatCredits } from '../core/contract/credits';
import type { AccountForecast, ForecastSchedule } from './forecast-account';
import type { Wire } from './wire';

export function forecastToWire(account: string, found: AccountForecast): Wire {
  const { from, until, available, runsOut, schedules, steps } = found;
  return {
    account,
    from: from.toISOString(),
    until: until.toISOString(),
    available: formatCredits(available),
    runsOut: runsOut
      ? {
          at: runsOut.at.toISOString(),
          schedule: runsOut.schedule,
          needed: formatCredits(runsOut.needed),
          available: formatCredits(runsOut.available),
        }
      : null,
    schedules: schedules.map(scheduleToWire),
    steps: steps.map((step) => ({
      ...step,
      at: step.at.toISOString(),
      amount: formatCredits(step.amount),
      available: formatCredits(step.available),
    })),
  };
}

function scheduleToWire({ schedule, agent, paused, ticks, quote }: ForecastSchedule): Wire {
  return {
    schedule,
    agent,
    paused,
    ticks: ticks.length,
    next: ticks[0]?.at.toISOString(),
    ...(quote ? { likely: formatCredits(quote.likely), runs: quote.runs } : { runs: 0 }),
  };
}
