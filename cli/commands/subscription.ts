/** `tollgate subscription`: what an account subscribes to, and everything its owner can ask for. */
import type { Command } from 'commander';
import type { Subscription } from '../../client/subscription';
import type { BillingView } from '../../core/contract/billing-view';
import type { Answer } from '../answer';
import {
  readAgreed,
  readAutoTopUp,
  type ActionTyped,
  type AutoTopUpTyped,
} from '../subscription-options';
import { renderBilling, renderPreview } from '../render-billing';

type Asked = (subscription: Subscription, typed: ActionTyped, plan: string) => Promise<Answer>;

export function addSubscriptionCommand(program: Command): void {
  const subscription = program
    .command('subscription')
    .description("an account's subscription: packs, top-ups, what can be done now")
    .addHelpText('after', EXAMPLES);

  add(subscription, 'show', 'read Stripe again and show what is there now', async (it) =>
    view(await it.refresh()),
  );
  addReturning(
    add(subscription, 'subscribe', 'begin with a pack', async (it, typed, pack) => {
      const answer = await it.subscribe({ pack, ...returning(typed) }, keyOf(typed));
      return 'url' in answer ? page(answer.url) : view(answer);
    }),
  ).argument('<pack>', 'key of the pack, such as agent-200');
  add(
    subscription,
    'preview',
    'what a change would charge, without a pack what leaving would',
    (it, _, pack) => preview(it, pack ?? null),
  ).argument('[pack]', 'key of the pack');
  addPreview(
    add(subscription, 'change', 'change to another pack', async (it, typed, pack) =>
      view(await it.changePack({ pack, ...readAgreed(typed) }, keyOf(typed))),
    ),
  ).argument('<pack>', 'key of the pack');
  add(subscription, 'cancel', 'end it with its period', async (it, typed) =>
    view(await it.cancel(keyOf(typed))),
  );
  add(subscription, 'resubscribe', 'take a cancellation back', async (it, typed) =>
    view(await it.resubscribe(keyOf(typed))),
  );
  addPreview(
    add(
      subscription,
      'cancel-agent-line',
      'take the pack off at once; Pro goes on',
      async (it, typed) => view(await it.cancelAgentLine(readAgreed(typed), keyOf(typed))),
    ),
  );
  addReturning(
    add(subscription, 'top-up', 'buy credits once', async (it, typed, topUp) =>
      page((await it.topUp({ topUp, ...returning(typed) }, keyOf(typed))).url),
    ),
  ).argument('<top-up>', 'key of the top-up, such as top-up-100');
  addReturning(
    add(subscription, 'portal', "Stripe's page for cards and invoices", async (it, typed) =>
      page((await it.portal(returning(typed))).url),
    ),
  );
  addAutoTopUp(subscription);
}

function add(subscription: Command, name: string, description: string, ask: Asked): Command {
  const command = subscription
    .command(name)
    .description(description)
    .argument('<account>', 'id of the account')
    .action(async (account: string, ...rest: readonly unknown[]) => {
      const { answerFromSubscription } = await import('../answer-from-subscription.js');
      // Commander hands over the arguments that were declared, then the options, then itself.
      const [plan] = rest.length > 2 ? rest : [];
      await answerFromSubscription(command, account, (it) =>
        ask(it, command.opts<ActionTyped>(), plan as string),
      );
    });
  if (name === 'show' || name === 'preview' || name === 'portal') return command;
  return command.option('--key <key>', 'the same key again is the same request: done once');
}

function addReturning(command: Command): Command {
  return command.option('--return-url <url>', "where Stripe's page leads back to");
}

function addPreview(command: Command): Command {
  return command.option('--preview <agreed>', 'only if it charges what `preview` said: at:amount');
}

function addAutoTopUp(subscription: Command): void {
  const command = subscription
    .command('auto-top-up')
    .description('buy credits whenever few are left; without a top-up: turn that off')
    .argument('<account>', 'id of the account')
    .argument('[top-up]', 'key of the top-up')
    .option('--below <credits>', 'buy when less than this is available')
    .option('--ceiling <amount>', 'at most so much in a calendar month, such as 100.00')
    .action(async (account: string, topUp: string | undefined, typed: AutoTopUpTyped) => {
      const wanted = readAutoTopUp(topUp, typed);
      const { answerFromSubscription } = await import('../answer-from-subscription.js');
      await answerFromSubscription(command, account, async (it) =>
        view(await it.setAutoTopUp(wanted)),
      );
    });
}

const returning = ({ returnUrl }: ActionTyped): { returnUrl?: string } =>
  returnUrl === undefined ? {} : { returnUrl };

const keyOf = ({ key }: ActionTyped): { key?: string } => (key === undefined ? {} : { key });

async function preview(it: Subscription, pack: string | null): Promise<Answer> {
  const json = await it.previewPack({ pack });
  return { json, text: renderPreview(json) };
}

function view(json: BillingView): Answer {
  return { json, text: renderBilling(json) };
}

function page(url: string): Answer {
  return { json: { url }, text: `Open ${url}` };
}

const EXAMPLES = `
Examples:
  $ tollgate subscription subscribe acme agent-200
  $ tollgate subscription preview acme agent-1000
  $ tollgate subscription change acme agent-1000 --preview 1795286400:170.00
  $ tollgate subscription auto-top-up acme top-up-100 --below 20 --ceiling 100.00
  $ tollgate subscription show acme --json`;
