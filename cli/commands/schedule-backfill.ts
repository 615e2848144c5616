/** `tollgate schedule backfill`: the runs of times that have passed, each through its own preflight. */
import type { ScheduleOverlapPolicy } from '@temporalio/client';
import type { Command } from 'commander';
import { TollgateError } from '../../core/contract/errors';
import { answerFromClient } from '../answer-from-client';
import { readInstant } from '../arguments';
import { writeInstant } from '../wording';

interface BackfillTyped {
  readonly from: Date;
  readonly to: Date;
  readonly overlap: ScheduleOverlapPolicy;
}

/** As people type them, and as Temporal calls them. */
const OVERLAPS: Readonly<Record<string, ScheduleOverlapPolicy>> = {
  'buffer-all': 'BUFFER_ALL',
  'buffer-one': 'BUFFER_ONE',
  'allow-all': 'ALLOW_ALL',
  'cancel-other': 'CANCEL_OTHER',
  'terminate-other': 'TERMINATE_OTHER',
  skip: 'SKIP',
};

/** @param command with the names of the schedule as its arguments */
export function addBackfill(command: Command): void {
  command
    .description('start the runs of times that have passed; the preflight of each decides')
    .requiredOption('--from <time>', 'of the times after this one', readInstant)
    .requiredOption('--to <time>', 'up to this one', readInstant)
    .option(
      '--overlap <how>',
      `what a run does while another is under way: ${Object.keys(OVERLAPS).join(', ')}`,
      readOverlap,
      'BUFFER_ALL' as const,
    )
    .action((account: string, id: string, typed: BackfillTyped, self: Command) =>
      answerFromClient(self, async ({ schedules }) => {
        const { from: start, to: end, overlap } = typed;
        await schedules.backfill({ account, id }, { start, end, overlap });
        const range = `${writeInstant(start)} to ${writeInstant(end)}`;
        return {
          json: {
            done: 'backfill',
            account,
            id,
            from: start.toISOString(),
            to: end.toISOString(),
          },
          text: `Done: backfill ${id} of ${account}, ${range}.`,
        };
      }),
    );
}

function readOverlap(text: string): ScheduleOverlapPolicy {
  const overlap = OVERLAPS[text];
  if (overlap) return overlap;
  const rule = `one of ${Object.keys(OVERLAPS).join(', ')}`;
  throw new TollgateError('INPUT_INVALID', { overlap: text, rule });
}
