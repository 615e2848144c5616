/**
 * All that the house asks of Stripe. It carries out and reads; it decides nothing. Errors are those of
 * the error table: what Stripe refuses (STRIPE_REFUSED, CARD_DECLINED, STRIPE_NOT_SET_UP), and what may
 * go well the next time (STRIPE_UNAVAILABLE, STRIPE_KEY_REFUSED).
 */
import type { Catalogue, MinorUnits, Seconds } from '../core/contract/plans';
import type { PreviewLine } from '../core/contract/pack-preview';
import type { StripeCommand } from '../core/contract/stripe-command';
import type { StripeSnapshot } from '../core/contract/stripe-snapshot';
import type { Buyer } from './buyer';
import { previewItems, previewNext, type ChangePack } from './change-items';
import { connectStripe, type StripeConnection, type StripeSettings } from './connection';
import { createCustomer, linkCustomer, readOwner } from './customers';
import { findCustomer, type StripeObject } from './find-customer';
import { performCommand, type StripeDone } from './perform-command';
import { openPortal } from './portal';
import { readPrices } from './prices';
import { emptySnapshot, readSnapshot } from './read-snapshot';
import { simulatedTime, type SimulatedTime } from './simulated-time';

export interface StripeGateway {
  readonly livemode: boolean;
  /** All of one customer; without one, what an account looks like that has never been to Stripe. */
  read(customer: string | undefined): Promise<StripeSnapshot>;
  /** Harmless when it is done twice. */
  perform(buyer: Buyer, command: StripeCommand): Promise<StripeDone>;
  /** What the change would charge now, and what the invoice after it would be. */
  preview(command: ChangePack): Promise<StripePreview>;
  /** Address of Stripe's page for cards and invoices; it is good for minutes. */
  openPortal(buyer: Buyer, request: string): Promise<string>;
  /** `place` names the customer for good: the same place gives the same one. At the simulator it has a clock, from `at` on. */
  createCustomer(account: string, place: string, at?: Seconds): Promise<string>;
  /** Makes a customer that Stripe has already this account's. */
  linkCustomer(account: string, customer: string): Promise<void>;
  /** The account that is written on a customer. */
  readOwner(customer: string): Promise<string | undefined>;
  /** Id of the customer that an object of Stripe belongs to, for events that do not say it. */
  findCustomer(object: StripeObject): Promise<string | undefined>;
  /** Whether this is the simulator and not Stripe. @throws STRIPE_UNAVAILABLE */
  isSimulated(): Promise<boolean>;
  /** Puts the time of a customer of the simulator forward. @throws TIME_TRAVEL_UNAVAILABLE, always at Stripe itself */
  moveTime(customer: string, to: Seconds): Promise<Seconds>;
}

export interface StripePreview {
  readonly now: { readonly due: MinorUnits; readonly lines: readonly PreviewLine[] };
  readonly next: {
    readonly at: Seconds;
    readonly due: MinorUnits;
    readonly lines: readonly PreviewLine[];
  };
}

export interface GatewayOptions extends StripeSettings {
  readonly catalogue: Catalogue;
  /** Seconds since 1970; for a simulator whose clock has been moved. */
  readonly now?: () => Seconds;
}

/** @throws CONFIG_INVALID */
export function openGateway(options: GatewayOptions): StripeGateway {
  const { catalogue, now = () => Math.floor(Date.now() / 1_000) } = options;
  return gatewayOver(connectStripe(options), catalogue, now, simulatedTime(options.apiUrl));
}

function gatewayOver(
  { sdk, livemode }: StripeConnection,
  catalogue: Catalogue,
  now: () => Seconds,
  time: SimulatedTime,
): StripeGateway {
  const prices = readPrices(sdk, catalogue);
  return {
    livemode,
    read: async (customer) =>
      customer === undefined ? emptySnapshot(now()) : readSnapshot(sdk, prices, customer, now()),
    perform: (buyer, command) => performCommand(sdk, prices, buyer, command),
    async preview(command) {
      const charges = command.proration === 'invoice-now' || command.restartPeriod;
      const [immediate, next] = await Promise.all([
        charges ? previewItems(sdk, prices, command) : undefined,
        charges ? previewNext(sdk, prices, command) : previewItems(sdk, prices, command),
      ]);
      return {
        now: { due: immediate?.amount_due ?? 0, lines: (immediate?.lines.data ?? []).map(lineOf) },
        next: {
          at: next.next_payment_attempt ?? next.period_end,
          due: next.amount_due,
          lines: next.lines.data.map(lineOf),
        },
      };
    },
    openPortal: (buyer, request) => openPortal(sdk, buyer, request),
    async createCustomer(account, place, at = now()) {
      const clock = (await time.isThere()) ? await time.openClock(place, at) : undefined;
      return createCustomer(sdk, account, place, clock);
    },
    linkCustomer: (account, customer) => linkCustomer(sdk, account, customer),
    readOwner: (customer) => readOwner(sdk, customer),
    findCustomer: (object) => findCustomer(sdk, object),
    isSimulated: () => time.isThere(),
    moveTime: (customer, to) => time.move(customer, to),
  };
}

function lineOf({
  description,
  amount,
}: {
  description: string | null;
  amount: number;
}): PreviewLine {
  return { description: description ?? '', amount };
}
