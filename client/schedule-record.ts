/** What the registry keeps of a schedule; checked here, before anything is written anywhere. */
import { credits, type Credits, type CreditsText } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { ScheduleName, ScheduleRecord } from '../core/contract/schedule';
import { temporalScheduleId, type ScheduleRecipe } from './schedule-recipe';

/** Temporal adds the time of each run, and its databases keep 255 characters. */
const MAX_TEMPORAL_ID = 230;

/** @throws INPUT_INVALID, AMOUNT_INVALID */
export function toRecord(
  name: ScheduleName,
  namespace: string,
  recipe: ScheduleRecipe,
): ScheduleRecord {
  const { agent, taskQueue, spec, budget, needs, onReplenish = 'skip' } = recipe;
  requireText('agent', agent);
  requireText('taskQueue', taskQueue);
  if (typeof spec !== 'object' || spec === null || !hasTimes(spec))
    throw invalid('spec', 'calendars, intervals or cronExpressions');
  if (temporalScheduleId(name).length > MAX_TEMPORAL_ID)
    throw invalid('id', `at most ${MAX_TEMPORAL_ID} characters together with the account`);
  if (budget !== undefined) readAmount('budget', budget);
  return {
    account: name.account,
    id: name.id,
    namespace,
    agent,
    recipe,
    onReplenish,
    ...(needs === undefined ? {} : { needs: readAmount('needs', needs) }),
  };
}

/** Temporal would take a schedule that never ticks. */
function hasTimes({ calendars, intervals, cronExpressions }: ScheduleRecipe['spec']): boolean {
  return [calendars, intervals, cronExpressions].some((times) => times && times.length > 0);
}

function readAmount(field: string, text: CreditsText): Credits {
  const amount = credits(text);
  if (amount < 0n) throw new TollgateError('AMOUNT_INVALID', { [field]: text });
  return amount;
}

function requireText(field: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw invalid(field, 'not empty');
}

function invalid(field: string, rule: string): TollgateError {
  return new TollgateError('INPUT_INVALID', { field, rule });
}
