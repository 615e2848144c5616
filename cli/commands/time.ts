/** `tollgate time`: lets the time of one account pass at once, on the simulated Stripe and in the books. */
import type { Command } from 'commander';
import { TollgateError } from '../../core/contract/errors';
import { answer, useLedger, type Answer } from '../answer';
import { readWhole } from '../arguments';
import { readStripeVariables } from '../environment';
import type { Moved, MoveTarget } from '../move-time';
import { renderBilling } from '../render-billing';
import { writeInstant } from '../wording';

interface TimeFlags {
  readonly hours?: number;
  readonly days?: number;
  readonly toRenewal?: true;
  readonly toEndOfRetries?: true;
}

const HOUR = 3_600;
const DAY = 24 * HOUR;
const MOST_DAYS = 366;

export function addTimeCommand(program: Command): void {
  program
    .command('time')
    .description('put the time of an account forward; only where Stripe is simulated')
    .argument('<account>', 'id of the account')
    .option('--hours <n>', 'so many hours', (text) =>
      readWhole(text, 1, MOST_DAYS * 24, 'The hours'),
    )
    .option('--days <n>', 'so many days', (text) => readWhole(text, 1, MOST_DAYS, 'The days'))
    .option('--to-renewal', "to the period's end, and to what it brings")
    .option('--to-end-of-retries', 'to the last time that Stripe tries a failed payment')
    .addHelpText('after', NOTES)
    .action((account: string, flags: TimeFlags, command: Command) =>
      answer(command, async () => {
        const target = readTarget(flags);
        return describe(account, await move(account, target));
      }),
    );
}

async function move(account: string, target: MoveTarget | undefined): Promise<Moved> {
  const [{ openGateway }, { requireStripeEnvironment }, { moveTime }, { askSubscription }] =
    await Promise.all([
      import('../../stripe/gateway.js'),
      import('../../worker/stripe-environment.js'),
      import('../move-time.js'),
      import('../answer-from-subscription.js'),
    ]);
  const gateway = openGateway(requireStripeEnvironment(readStripeVariables()));
  return useLedger((ledger) =>
    askSubscription(account, (subscription) =>
      moveTime({ ledger, gateway, subscription }, account, target),
    ),
  );
}

/** Undefined only asks what time it is. @throws INPUT_INVALID */
function readTarget({ hours, days, toRenewal, toEndOfRetries }: TimeFlags): MoveTarget | undefined {
  const targets: readonly (MoveTarget | undefined)[] = [
    hours === undefined ? undefined : { by: hours * HOUR },
    days === undefined ? undefined : { by: days * DAY },
    toRenewal && 'renewal',
    toEndOfRetries && 'end-of-retries',
  ];
  const [target, ...more] = targets.filter((one) => one !== undefined);
  if (more.length === 0) return target;
  throw new TollgateError(
    'INPUT_INVALID',
    {},
    { message: 'Only one of --hours, --days, --to-renewal and --to-end-of-retries' },
  );
}

function describe(account: string, { from, to, view }: Moved): Answer {
  return {
    json: { account, from: from.toISOString(), to: to.toISOString(), view },
    text: `${account}: from ${writeInstant(from)} to ${writeInstant(to)}\n\n${renderBilling(view)}`,
  };
}

const NOTES = `
Time goes forward only, and for this account alone. Without an option it says what time it is there.

Examples:
  $ tollgate time acme --days 1
  $ tollgate time acme --to-renewal
  $ tollgate time acme --to-end-of-retries --json`;
