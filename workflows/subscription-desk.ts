/**
 * Where requests of the account's owner come in. They stand in line: one is done at a time, so that no
 * two of them, nor a look, work on the same account at once.
 */
import { currentUpdateInfo, defineUpdate, setHandler, uuid4 } from '@temporalio/workflow';
import type { BillingSubject } from '../activities/billing-input';
import type { PlannedAction } from '../activities/billing-plans';
import type { AutoTopUpRequest } from '../core/contract/auto-top-up';
import type { BillingView } from '../core/contract/billing-view';
import type { PackPreview } from '../core/contract/pack-preview';
import type { StripeCommand } from '../core/contract/stripe-command';
import {
  SUBSCRIPTION_UPDATES as NAMES,
  type Agreed,
  type CancelAgentLineRequest,
  type ChangePackRequest,
  type PageAnswer,
  type PreviewRequest,
  type Returning,
  type SubscribeAnswer,
  type SubscribeRequest,
  type TopUpRequest,
} from '../core/contract/subscription';
import { changePacks } from './change-of-packs';
import {
  checkAutoTopUp,
  checkCancelAgentLine,
  checkChangePack,
  checkPreview,
  checkReturnUrl,
  checkSubscribe,
  checkTopUp,
} from './subscription-requests';
import { describeCommand, doing, looking } from './subscription-steps';

export interface Desk {
  subject(): BillingSubject;
  /** Has the work done in its turn. */
  inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer>;
  /** Only from within a turn. */
  look(): Promise<BillingView>;
}

/** Known to Stripe as the request's name: the same request again is done once. */
function requestId(): string {
  return currentUpdateInfo()?.id ?? uuid4();
}

export function openDesk(desk: Desk): void {
  const answer = <Request extends readonly unknown[], Answer>(
    name: keyof typeof NAMES,
    work: (id: string, ...request: Request) => Promise<Answer>,
    validator: (...request: Request) => void = () => undefined,
  ): void => {
    setHandler(
      defineUpdate<Answer, [...Request]>(NAMES[name]),
      (...request: [...Request]) => {
        const id = requestId();
        return desk.inTurn(() => work(id, ...request));
      },
      { validator: (...request: [...Request]) => validator(...request) },
    );
  };

  answer('refresh', () => desk.look());
  answer(
    'subscribe',
    (id, request: SubscribeRequest) => subscribe(desk, id, request),
    checkSubscribe,
  );
  answer('previewPack', (id, request: PreviewRequest) => preview(desk, id, request), checkPreview);
  answer(
    'changePack',
    (id, { pack, preview: agreed }: ChangePackRequest) => change(desk, id, pack, agreed),
    checkChangePack,
  );
  answer(
    'cancelAgentLine',
    (id, { preview: agreed }: CancelAgentLineRequest) => change(desk, id, null, agreed),
    checkCancelAgentLine,
  );
  answer('cancel', (id) => ask(desk, id, { do: 'cancel' }));
  answer('resubscribe', (id) => ask(desk, id, { do: 'resubscribe' }));
  answer('topUp', (id, request: TopUpRequest) => topUp(desk, id, request), checkTopUp);
  answer(
    'setAutoTopUp',
    (_id, wanted: AutoTopUpRequest | null) => setAutoTopUp(desk, wanted),
    checkAutoTopUp,
  );
  answer('portal', (id, request: Returning) => portal(desk, id, request), checkReturnUrl);
}

async function plan(desk: Desk, id: string, action: PlannedAction): Promise<StripeCommand | 'add'> {
  return looking(`plan: ${action.do}`).planAction({ subject: desk.subject(), action, id });
}

async function subscribe(
  desk: Desk,
  id: string,
  { pack, ...returning }: SubscribeRequest,
): Promise<SubscribeAnswer> {
  const command = await plan(desk, id, { do: 'subscribe', pack });
  return command === 'add' ? change(desk, id, pack) : openPage(desk, command, returning);
}

async function topUp(
  desk: Desk,
  id: string,
  { topUp: wanted, ...returning }: TopUpRequest,
): Promise<PageAnswer> {
  const command = await plan(desk, id, { do: 'top-up', topUp: wanted });
  if (command === 'add') throw new Error('a top-up is never added to a subscription');
  return openPage(desk, command, returning);
}

async function openPage(
  desk: Desk,
  command: StripeCommand,
  returning: Returning,
): Promise<PageAnswer> {
  const { account } = desk.subject();
  const { url = '' } = await doing(describeCommand(command)).performStripe({
    account,
    command,
    ...returning,
  });
  return { url };
}

async function ask(desk: Desk, id: string, action: PlannedAction): Promise<BillingView> {
  const command = await plan(desk, id, action);
  if (command === 'add') throw new Error(`${action.do} is never an addition`);
  const { account } = desk.subject();
  await doing(describeCommand(command)).performStripe({ account, command });
  return desk.look();
}

async function preview(desk: Desk, id: string, { pack }: PreviewRequest): Promise<PackPreview> {
  const subject = desk.subject();
  return looking(`preview ${pack ?? 'no pack'}`).previewPackChange({ subject, to: pack, id });
}

async function change(
  desk: Desk,
  id: string,
  to: string | null,
  agreed?: Agreed,
): Promise<BillingView> {
  await changePacks({ subject: desk.subject(), to, id, ...(agreed ? { agreed } : {}) });
  return desk.look();
}

async function setAutoTopUp(desk: Desk, wanted: AutoTopUpRequest | null): Promise<BillingView> {
  const subject = desk.subject();
  const summary = `automatic top-up: ${wanted?.topUp ?? 'off'}`.slice(0, 200);
  await doing(summary).setAutoTopUp({ subject, wanted });
  return desk.look();
}

async function portal(desk: Desk, id: string, returning: Returning): Promise<PageAnswer> {
  const { account } = desk.subject();
  return { url: await looking('open the portal').openPortal({ account, id, ...returning }) };
}
