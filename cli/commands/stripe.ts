/** `tollgate stripe …`: brings a Stripe account to what is sold, and links customers that are there already. */
import type { Command } from 'commander';
import type { Synced } from '../../stripe/sync/sync-stripe';
import { answer, useLedger, type Answer } from '../answer';
import { readStripeVariables } from '../environment';
import { renderTable, type Column } from '../table';

interface SyncFlags {
  readonly dryRun?: boolean;
  readonly webhookUrl?: string;
}

export function addStripeCommand(program: Command): void {
  const stripe = program
    .command('stripe')
    .description('set a Stripe account up for what is sold')
    .addHelpText('after', EPILOGUE);
  stripe
    .command('sync')
    .description('make products, prices, the portal and the webhook endpoint as the plans say')
    .option('--dry-run', 'print the differences and change nothing')
    .option('--webhook-url <url>', 'address of the webhook route of `tollgate server`')
    .action((flags: SyncFlags, command: Command) => answer(command, () => sync(flags)));
  stripe
    .command('link <account> <customer>')
    .description('make a customer of Stripe (cus_…) that is there already the account’s')
    .action((account: string, customer: string, _flags: unknown, command: Command) =>
      answer(command, () => link(account, customer)),
    );
}

const EPILOGUE = `
Environment:
  STRIPE_SECRET_KEY      key of the Stripe account
  STRIPE_API_URL         address of the simulator; default: Stripe itself
  TOLLGATE_PLANS         JSON file with the plans; default: those that Tollgate comes with

Examples:
  $ tollgate stripe sync --dry-run
  $ tollgate stripe sync --webhook-url https://credits.example.com/webhooks/stripe
  $ tollgate stripe link acme cus_Q1w2e3r4t5`;

async function sync({ dryRun = false, webhookUrl }: SyncFlags): Promise<Answer> {
  const [{ requireStripeEnvironment }, { syncStripe }] = await Promise.all([
    import('../../worker/stripe-environment.js'),
    import('../../stripe/sync/sync-stripe.js'),
  ]);
  const synced = await syncStripe({
    ...requireStripeEnvironment(readStripeVariables()),
    dryRun,
    ...(webhookUrl === undefined ? {} : { webhookUrl }),
  });
  return { json: { dryRun, ...synced }, text: describe(synced, dryRun) };
}

const COLUMNS: readonly Column<Synced['differences'][number]>[] = [
  { title: 'change', value: ({ change }) => change },
  { title: 'what', value: ({ kind }) => kind },
  { title: 'name', value: ({ name }) => name },
  { title: 'detail', value: ({ detail }) => detail },
];

function describe({ livemode, differences, webhookSecret }: Synced, dryRun: boolean): string {
  const mode = livemode ? 'live mode' : 'test mode';
  if (differences.length === 0)
    return `Nothing to do: the Stripe account (${mode}) is as the plans say.`;
  return [
    renderTable(COLUMNS, differences, ''),
    dryRun ? `Nothing was changed (${mode}, dry run).` : `Done (${mode}).`,
    ...(webhookSecret === undefined
      ? []
      : [`STRIPE_WEBHOOK_SECRET=${webhookSecret}`, 'Keep it now: Stripe does not show it again.']),
  ].join('\n');
}

async function link(account: string, customer: string): Promise<Answer> {
  const [{ requireStripeEnvironment }, { openGateway }] = await Promise.all([
    import('../../worker/stripe-environment.js'),
    import('../../stripe/gateway.js'),
  ]);
  const gateway = openGateway(requireStripeEnvironment(readStripeVariables()));
  await useLedger(async (ledger) => {
    await ledger.readStripePlace(account);
    await gateway.linkCustomer(account, customer);
    await ledger.setStripeCustomer(account, customer, await gateway.isSimulated());
  });
  return { json: { account, customer }, text: `${customer} is ${account}’s.` };
}
