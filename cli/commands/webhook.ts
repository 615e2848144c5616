/** `tollgate webhook`: the endpoints that notices are sent to. A secret is printed once, when it is made. */
import type { Command } from 'commander';
import { TollgateError } from '../../core/contract/errors';
import { NOTICE_KINDS, type NoticeKind } from '../../core/contract/notice-kinds';
import type { EndpointView, NewSecret } from '../../ledger/notice-ledger';
import { answerFromLedger, type Answer } from '../answer';
import { readHours } from '../arguments';
import { renderFacts, renderTable, type Column } from '../table';
import { endpointToWire } from '../wire';
import { writeInstant } from '../wording';

const DEFAULT_OVERLAP_HOURS = 24;
const HOUR_MS = 60 * 60 * 1_000;

export function addWebhookCommand(program: Command): void {
  const webhook = program
    .command('webhook')
    .description('endpoints that notices are sent to')
    .addHelpText('after', EXAMPLES);
  addAdd(webhook);
  addRotate(webhook);
  webhook
    .command('list')
    .description('every endpoint, with what is pending and how it does')
    .action((_options: object, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const endpoints = await ledger.listEndpoints();
        return {
          json: { endpoints: endpoints.map(endpointToWire) },
          text: renderTable(COLUMNS, endpoints, 'No endpoints.'),
        };
      }),
    );
  withId(webhook.command('remove'))
    .description('remove an endpoint and forget what it was to get')
    .action((id: string, _options: object, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        await ledger.removeEndpoint(id);
        return { json: { removed: id }, text: `Removed ${id}.` };
      }),
    );
  withId(webhook.command('test'))
    .description('send a signed endpoint.test now, and say what was answered')
    .action((id: string, _options: object, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const { testEndpoint } = await import('../test-endpoint.js');
        const status = await testEndpoint(ledger, id);
        return { json: { endpoint: id, status }, text: `Accepted with ${status}.` };
      }),
    );
  addSwitch(webhook, 'enable', 'send to an endpoint again, what is pending first', true);
  addSwitch(webhook, 'disable', 'keep an endpoint but send nothing to it', false);
}

interface AddOptions {
  readonly account?: string;
  readonly kind?: readonly NoticeKind[];
  readonly allowHttp?: true;
}

function addAdd(webhook: Command): void {
  webhook
    .command('add')
    .description('add an endpoint and print its secret')
    .argument('<url>', 'https, or http to this machine')
    .option('--account <account>', 'notices of this account only')
    .option('--kind <kind>', `one or more of ${NOTICE_KINDS.join(', ')} (default: all)`, readKinds)
    .option('--allow-http', 'allow plain http to any host')
    .action((url: string, options: AddOptions, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const { account, kind, allowHttp } = options;
        const added = await ledger.addEndpoint({
          url,
          ...(account === undefined ? {} : { account }),
          ...(kind === undefined ? {} : { kinds: kind }),
          ...(allowHttp === undefined ? {} : { allowHttp }),
        });
        return describeSecret(added);
      }),
    );
}

function addRotate(webhook: Command): void {
  withId(webhook.command('rotate'))
    .description('make a new secret and print it; the old one signs as well for a while')
    .option('--overlap <hours>', 'how long', readHours, DEFAULT_OVERLAP_HOURS)
    .action((id: string, { overlap }: { readonly overlap: number }, command: Command) =>
      answerFromLedger(command, async (ledger) =>
        describeSecret(await ledger.rotateSecret(id, overlap * HOUR_MS)),
      ),
    );
}

function addSwitch(webhook: Command, name: string, description: string, enabled: boolean): void {
  withId(webhook.command(name))
    .description(description)
    .action((id: string, _options: object, command: Command) =>
      answerFromLedger(command, async (ledger) => {
        const endpoint = await ledger.setEndpointEnabled(id, enabled);
        return { json: endpointToWire(endpoint), text: renderTable(COLUMNS, [endpoint], '') };
      }),
    );
}

function withId(command: Command): Command {
  return command.argument('<id>', 'id of the endpoint');
}

function readKinds(text: string, before: readonly NoticeKind[] = []): readonly NoticeKind[] {
  const kind = NOTICE_KINDS.find((one) => one === text);
  if (kind) return [...before, kind];
  throw new TollgateError('INPUT_INVALID', { kind: text, rule: NOTICE_KINDS.join(', ') });
}

function describeSecret({ endpoint, secret }: NewSecret): Answer {
  return {
    json: { ...endpointToWire(endpoint), secret },
    text: renderFacts([
      ['Endpoint', endpoint.id],
      ['URL', endpoint.url],
      ['Secret', secret],
      [
        'Old secret',
        endpoint.oldSecretUntil && `signs until ${writeInstant(endpoint.oldSecretUntil)}`,
      ],
      ['Note', 'the secret is not shown again'],
    ]),
  };
}

const COLUMNS: readonly Column<EndpointView>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'url', value: ({ url }) => url },
  { title: 'account', value: ({ account }) => account ?? 'all' },
  { title: 'kinds', value: ({ kinds }) => kinds?.join(', ') ?? 'all' },
  { title: 'state', value: writeState },
  { title: 'pending', value: ({ pending }) => String(pending), align: 'right' },
  { title: 'failed', value: ({ failed }) => String(failed), align: 'right' },
];

function writeState({ disabled, failingSince }: EndpointView): string {
  if (disabled) return disabled === 'gone' ? 'disabled (answered 410)' : 'disabled';
  return failingSince ? `failing since ${writeInstant(failingSince)}` : 'served';
}

const EXAMPLES = `
Examples:
  $ tollgate webhook add https://example.com/tollgate
  $ tollgate webhook add https://example.com/tollgate --account acme --kind credits.low --kind credits.out
  $ tollgate webhook rotate 3c9e8f52-6c5e-4f0c-9a53-0d1f2f0b6c11 --overlap 48`;
