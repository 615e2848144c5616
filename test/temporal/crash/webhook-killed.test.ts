/**
 * The promise: kill the server, PostgreSQL or Temporal at any point of taking a webhook, and no event is
 * lost that was answered 2xx: who is sent it again until it says so has told the account's workflow, which
 * has no other way to hear of the payment, and grants once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { WEBHOOK_PATH } from '../../../server/webhook-route';
import { eventually } from '../../support/eventually';
import { startPrivateService, type PrivateService } from '../../support/private-service';
import { endPrograms, startProgram } from '../../support/program';
import { openBillingHouse, type BillingHouse, type TestAccount } from '../support/billing-house';
import { pointClient, pointLedger, type At } from './programs/billing-points';
import { beginList, passes, readList } from './programs/once';
import type { Listening, WebhookServerArgument } from './programs/webhook-server';

const POINTS = [
  'before the inbox',
  'after the inbox',
  'before the hint',
  'after the hint',
  'before it is noted',
  'after it is noted',
];
const DEADLINE_MS = 300_000;

// Each kill costs a new start, and a machine may be busy.
jest.setTimeout(600_000);

const folder = mkdtempSync(join(tmpdir(), 'tollgate-webhook-killed-'));
const pointsFile = join(folder, 'points');

let house: BillingHouse;
let service: PrivateService | undefined;
afterEach(async () => {
  await house.close();
  await service?.close();
  await endPrograms();
  service = undefined;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Paid, and of Stripe's events none has arrived. */
async function payUnheard(): Promise<TestAccount> {
  const account = await house.openAccount();
  const answer = await account.subscription.subscribe({ pack: 'agent-200' });
  if (!('url' in answer)) throw new Error('no Checkout page');
  await house.control('faults/webhooks', { drop: 1 });
  await account.pay(answer.url);
  beginList(pointsFile);
  return account;
}

async function send(account: TestAccount, serverUrl: string): Promise<boolean> {
  const { data } = await house.sdk.events.list({ type: 'invoice.paid', limit: 100 });
  const event = data.find(
    ({ data: { object } }) => (object as { customer?: unknown }).customer === account.customer,
  );
  if (!event) throw new Error('Stripe has no event of the payment');
  const payload = JSON.stringify(event);
  const secret = house.webhook.secret;
  const answer = await fetch(`${serverUrl}${WEBHOOK_PATH}`, {
    method: 'POST',
    body: payload,
    headers: {
      'content-type': 'application/json',
      'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret }),
    },
  }).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.ok === true;
}

async function expectGrantedOnce(account: TestAccount): Promise<void> {
  expect(new Set(readList(pointsFile))).toEqual(new Set(POINTS));
  const grants = await eventually(
    async () => {
      const found = await house.ledger.listGrants(account.account);
      const packs = found.filter(({ source }) => source === 'pack');
      return packs.length > 0 && packs;
    },
    { what: 'the grant', deadlineMs: DEADLINE_MS },
  );
  expect(grants).toHaveLength(1);
  const inbox = await house.database.query(
    `select signalled_at from tollgate.stripe_events where type = 'invoice.paid'`,
  );
  expect(inbox).toEqual([{ signalled_at: expect.any(Date) as Date }]);
}

it('the server', async () => {
  house = await openBillingHouse();
  const account = await payUnheard();
  const argument: WebhookServerArgument = {
    temporalAddress: house.temporal.address,
    databaseUrl: house.database.url,
    simulatorUrl: house.simulator.url,
    taskQueue: house.taskQueue,
    webhookSecret: house.webhook.secret,
    pointsFile,
  };
  for (let deaths = 0, taken = false; !taken; deaths += 1) {
    const server = startProgram(require.resolve('./programs/webhook-server'), argument);
    const { url } = await server.receive<Listening>('listening');
    taken = await send(account, url);
    if (!taken) expect(await server.ended).toBe('SIGKILL');
    expect(deaths).toBeLessThanOrEqual(POINTS.length);
  }
  await expectGrantedOnce(account);
});

it.each(['postgres', 'temporal'] as const)('%s', async (killed) => {
  service = await startPrivateService(killed);
  const { address, crashAndRestart } = service;
  house = await openBillingHouse(
    killed === 'postgres' ? { databaseUrl: address } : { temporalAddress: address },
  );
  await house.stopServers();
  const account = await payUnheard();
  const at: At = async (point) => {
    // Stripe sends its other events of the payment too: two points may be reached at once.
    if (passes(pointsFile, point)) await crashAndRestart();
  };
  const server = await house.startServer({
    ledger: pointLedger(house.ledger, at),
    client: pointClient(house.temporal.client, at),
  });
  const what = 'an event that is answered 2xx';
  const taken = eventually(() => send(account, server.url), { what, deadlineMs: DEADLINE_MS });
  await Promise.race([taken, service.failed]);
  await expectGrantedOnce(account);
});
