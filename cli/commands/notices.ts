/** `tollgate notices`: what owners were told, what became of it, and telling it once more. */
import type { Command } from 'commander';
import { writeCount } from '../../core/contract/counted';
import { TollgateError } from '../../core/contract/errors';
import type { DeliveryState, NoticeView } from '../../ledger/notice-ledger';
import { answerFromLedger } from '../answer';
import { readInstant, readLimit } from '../arguments';
import { renderTable, type Column } from '../table';
import { noticeToWire } from '../wire';
import { writeInstant } from '../wording';

const DEFAULT_LIMIT = 50;
const STATES: readonly DeliveryState[] = ['pending', 'delivered', 'failed'];

export function addNoticesCommand(program: Command): void {
  const notices = program
    .command('notices')
    .description('what the owners of accounts were told')
    .addHelpText('after', EXAMPLES);
  addList(notices);
  addReplay(notices);
}

interface ListOptions {
  readonly account?: string;
  readonly state?: DeliveryState;
  readonly limit: number;
  readonly after?: string;
}

function addList(notices: Command): void {
  notices
    .command('list')
    .description('notices and their deliveries, newest first')
    .option('--account <account>', 'of this account only')
    .option('--state <state>', 'with a delivery that is pending, delivered or failed', readState)
    .option('--limit <n>', 'rows of a page, at most 1000', readLimit, DEFAULT_LIMIT)
    .option('--after <id>', 'go on after this notice')
    .action((options: ListOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const found = await ledger.listNotices(options);
        const next = found.length === options.limit ? found.at(-1)?.id : undefined;
        const table = renderTable(COLUMNS, found, 'No notices.');
        return {
          json: { notices: found.map(noticeToWire), next: next ?? null },
          text: next === undefined ? table : `${table}\n\nMore: --after ${next}`,
        };
      }),
    );
}

interface ReplayOptions {
  readonly since?: Date;
  readonly account?: string;
  readonly endpoint?: string;
}

function addReplay(notices: Command): void {
  notices
    .command('replay')
    .description(
      'send notices once more, under the same ids, to every endpoint that asks for them now',
    )
    .argument('[id]', 'one notice')
    .option('--since <time>', 'all notices since a day or an instant', readInstant)
    .option('--account <account>', 'of this account only')
    .option('--endpoint <id>', 'to this endpoint only')
    .action((id: string | undefined, options: ReplayOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        if ((id === undefined) === (options.since === undefined)) {
          throw new TollgateError('INPUT_INVALID', {
            rule: 'either the id of a notice or --since',
          });
        }
        const queued = await ledger.replayNotices({
          ...options,
          ...(id === undefined ? {} : { id }),
        });
        return { json: { queued }, text: `Queued ${writeDeliveries(queued)}.` };
      }),
    );
}

function writeDeliveries(count: number): string {
  return writeCount(count, 'delivery', 'deliveries');
}

function readState(text: string): DeliveryState {
  const state = STATES.find((one) => one === text);
  if (state) return state;
  throw new TollgateError('INPUT_INVALID', { state: text, rule: STATES.join(', ') });
}

const COLUMNS: readonly Column<NoticeView>[] = [
  { title: 'at', value: ({ at }) => writeInstant(at) },
  { title: 'kind', value: ({ kind }) => kind },
  { title: 'account', value: ({ account }) => account },
  { title: 'deliveries', value: writeStates },
  { title: 'id', value: ({ id }) => id },
];

/** `2 delivered, 1 pending (500)`. */
function writeStates({ deliveries }: NoticeView): string {
  return STATES.flatMap((state) => {
    const those = deliveries.filter((delivery) => delivery.state === state);
    const answers = [...new Set(those.flatMap(({ answer = [] }) => answer))].join(', ');
    const why = state === 'delivered' || answers === '' ? '' : ` (${answers})`;
    return those.length === 0 ? [] : [`${those.length} ${state}${why}`];
  }).join(', ');
}

const EXAMPLES = `
Examples:
  $ tollgate notices list --account acme --state failed
  $ tollgate notices replay 3c9e8f52-6c5e-4f0c-9a53-0d1f2f0b6c11
  $ tollgate notices replay --since 2026-03-10 --account acme`;
