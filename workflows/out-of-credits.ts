/**
 * `out-of-credits:{account}`: exists only while an account is out of credits. It starts with a refusal,
 * holds the account's schedules paused, wakes the runs in line one after the other as far as the credits
 * reach, then resumes the schedules, sleeps until more come, and ends when nothing waits and nothing is
 * held. Who waits is kept in the ledger, so the history stays small however many do.
 *
 * What must hold: no signal is lost when it continues as new or ends. Every handler only notes what it
 * was told, and the loop looks at that after its last `await`.
 */
import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities';
import { writeCount } from '../core/contract/counted';
import {
  LINE_QUERY,
  LOOK_SIGNAL,
  readLeaveSignal,
  REFUSED_SIGNAL,
  type Episode,
  type LineNow,
  type RefusedCall,
} from '../core/contract/out-of-credits';
import { isHistoryLong } from './long-history';
import { openTeller, type News } from './tell-owner';

const refusedSignal = defineSignal<[RefusedCall]>(REFUSED_SIGNAL);
const lookSignal = defineSignal(LOOK_SIGNAL);
const lineQuery = defineQuery<Episode>(LINE_QUERY);

const { wakeLine, leaveLine, pauseSchedules, resumeSchedules } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '200 ms', maximumInterval: '10 seconds' },
});

/**
 * Credits that come by themselves are looked for a little later, since the ledger's clock is not Temporal's,
 * and not in a haste when it lags far behind.
 */
const CLOCK_SLACK_MS = 1_000;
const SHORTEST_SLEEP_MS = 60_000;

/** What a run that continues as new in the middle of a burst leaves to the next one. */
interface Undone {
  readonly pause: boolean;
  readonly leaving: readonly string[];
  readonly untold: readonly News[];
}

/** @param before What the run that it continues had counted. */
export async function outOfCredits(
  account: string,
  before?: Episode,
  undone?: Undone,
): Promise<Episode> {
  let episode: Episode = before ?? {
    since: new Date().toISOString(),
    refused: 0,
    woken: 0,
    waiting: 0,
  };
  let look = true;
  // A run that continues another has paused them already.
  let pause = before === undefined || undone?.pause === true;
  const leaving: string[] = [...(undone?.leaving ?? [])];
  let told = false;
  const owner = openTeller({
    account,
    since: episode.since,
    before: undone?.untold,
    onTold: () => void (told = true),
  });
  const count = (change: Partial<Episode>): void => {
    episode = { ...episode, ...change };
    setCurrentDetails(describe(account, episode));
  };

  setHandler(lineQuery, () => episode, { description: 'How many runs wait, and for what' });
  setHandler(lookSignal, () => void (look = true), { description: 'There may be credits' });
  setHandler(refusedSignal, (call) => {
    const { policy, schedule } = call;
    owner.tell(call);
    // It ticks, so it is new, or needs more than was known.
    if (schedule !== undefined) pause = look = true;
    const { refused, waiting } = episode;
    // Behind others it can only wait for its turn; at the front it is worth a look.
    if (waiting === 0) look = true;
    count({ refused: refused + 1, waiting: waiting + (policy === 'wait' ? 1 : 0) });
  });
  setDefaultSignalHandler((name) => {
    const key = readLeaveSignal(name);
    if (key !== undefined) leaving.push(key);
  });

  for (;;) {
    while (leaving.length > 0) {
      await leaveLine(leaving[0] ?? '');
      leaving.shift();
      look = true;
    }
    if (pause) {
      pause = false;
      count({ held: await pauseSchedules(account) });
    }
    let line: LineNow | undefined;
    let resumed = 0;
    if (look) {
      look = false;
      line = await wakeLine(account);
      count({ ...toEpisode(line), woken: episode.woken + line.woken });
      if (line.more) look = true;
      // Who waits comes first.
      else if (line.waiting === 0) {
        const schedules = await resumeSchedules(account);
        resumed = schedules.resumed;
        count({ held: schedules.held });
      }
    }
    // A line that ends because its last ones gave up is no sign of credits.
    if (line?.waiting === 0 && (line.woken > 0 || resumed > 0)) owner.tell('over');
    // Also in the middle of a burst, with all that is still to be done; a new run looks first of all.
    if (isHistoryLong())
      return continueAsNew<typeof outOfCredits>(account, episode, {
        pause,
        leaving,
        untold: owner.untold(),
      });
    told = false;
    const roused = (): boolean => look || pause || leaving.length > 0 || told;
    if (roused()) continue;
    if (episode.waiting === 0 && !episode.held && owner.untold().length === 0) return episode;
    const { nextCreditsAt } = episode;
    if (nextCreditsAt === undefined) await condition(roused);
    else if (!(await condition(roused, msUntil(nextCreditsAt), { summary: 'until credits come' })))
      look = true;
  }
}

function toEpisode({ waiting, first, available, nextCreditsAt }: LineNow): Partial<Episode> {
  return { waiting, first, available, nextCreditsAt };
}

function msUntil(time: string): number {
  return Math.max(SHORTEST_SLEEP_MS, Date.parse(time) - Date.now() + CLOCK_SLACK_MS);
}

/** What an operator reads in Temporal's UI. */
function describe(account: string, episode: Episode): string {
  const { waiting, first, available, nextCreditsAt, woken, refused, held = 0 } = episode;
  const lines = [`Account \`${account}\` is out of credits since ${episode.since}.`];
  lines.push(`**${waiting} waiting**, ${woken} woken, ${refused} refused.`);
  if (first) {
    const { workflowId, block, needed, since } = first;
    const has = available === undefined ? '' : ` The account has ${available}.`;
    lines.push(`First: \`${block}\` of \`${workflowId}\` needs ${needed}, since ${since}.${has}`);
  }
  if (held > 0) lines.push(`**${writeCount(held, 'schedule')}** held paused.`);
  if (nextCreditsAt !== undefined) lines.push(`More credits come at ${nextCreditsAt}.`);
  return lines.join('\n\n');
}
