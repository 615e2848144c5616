/** How gated schedules look in a terminal, and as JSON. */
import type { ScheduleView } from '../client/schedule-view';
import { formatCredits } from '../core/contract/credits';
import type { SkippedTick } from '../core/contract/schedule';
import { renderFacts, renderTable, type Column } from './table';
import type { Wire } from './wire';
import { writeInstant } from './wording';

export function scheduleToWire(view: ScheduleView): Wire {
  return {
    ...view,
    createdAt: view.createdAt.toISOString(),
    heldSince: view.heldSince?.toISOString(),
    nextAt: view.nextAt?.toISOString(),
  };
}

export function skippedToWire({ needed, available, at, ...rest }: SkippedTick): Wire {
  return {
    ...rest,
    at: at.toISOString(),
    needed: formatCredits(needed),
    available: formatCredits(available),
  };
}

export function renderSchedules(views: readonly ScheduleView[]): string {
  return renderTable(COLUMNS, views, 'No schedules.');
}

export function renderSchedule(view: ScheduleView, skipped: readonly SkippedTick[]): string {
  const facts = renderFacts([
    ['Schedule', view.id],
    ['Account', view.account],
    ['State', view.state],
    ['Note', view.note],
    ['Agent', view.agent],
    ['Task queue', view.taskQueue],
    ['When', writeSpec(view)],
    ['Next', view.nextAt && writeInstant(view.nextAt)],
    ['Member', view.member],
    ['Budget', view.budget],
    ['Needs', view.needs],
    ['Missed', view.onReplenish],
    ['Started', String(view.started)],
    ['Skipped', String(view.skipped)],
    ['Held since', view.heldSince && writeInstant(view.heldSince)],
    ['In Temporal', view.temporalId],
  ]);
  return skipped.length === 0 ? facts : `${facts}\n\n${renderTable(SKIPPED, skipped, '')}`;
}

function writeSpec({ spec }: ScheduleView): string {
  const { cronExpressions = [], intervals = [], calendars = [], timezone } = spec;
  const every = intervals.map((interval) => `every ${String(interval.every)}`);
  const days = calendars.map((calendar) => JSON.stringify(calendar));
  const zone = timezone === undefined ? '' : ` (${timezone})`;
  return [...cronExpressions, ...every, ...days].join('; ') + zone;
}

const COLUMNS: readonly Column<ScheduleView>[] = [
  { title: 'schedule', value: ({ id }) => id },
  { title: 'state', value: ({ state }) => state },
  { title: 'agent', value: ({ agent }) => agent },
  { title: 'when', value: writeSpec },
  { title: 'next', value: ({ nextAt }) => (nextAt ? writeInstant(nextAt) : '') },
  { title: 'started', value: ({ started }) => String(started), align: 'right' },
  { title: 'skipped', value: ({ skipped }) => String(skipped), align: 'right' },
];

const SKIPPED: readonly Column<SkippedTick>[] = [
  { title: 'skipped', value: ({ at }) => writeInstant(at) },
  { title: 'reason', value: ({ reason }) => reason },
  { title: 'needed', value: ({ needed }) => formatCredits(needed), align: 'right' },
  { title: 'available', value: ({ available }) => formatCredits(available), align: 'right' },
  { title: 'workflow', value: ({ workflowId }) => workflowId },
];
