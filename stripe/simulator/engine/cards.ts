/**
 * Test cards: Stripe's numbers, tokens and ready-made payment methods, and what each does. Any other
 * number is refused; nothing that looks like a real card is ever kept.
 */
import { cardRefusal, invalid } from '../wire/errors';
import type { CardRow, PaymentMethodRow } from '../state/rows';
import type { World } from '../state/world';
import { declineOf } from './declines';

type Behaviour = Partial<Omit<CardRow, 'object' | 'id'>>;

interface TestCard {
  number: string;
  brand: string;
  /** `pm_card_…` and `tok_…`. */
  names: string[];
  behaviour: Behaviour;
}

const VISA = 'visa';

function declining(number: string, name: string, decline: string): TestCard {
  return { number, brand: VISA, names: [name], behaviour: { decline, declinesAttach: true } };
}

export const TEST_CARDS: TestCard[] = [
  { number: '4242424242424242', brand: VISA, names: ['visa'], behaviour: {} },
  { number: '5555555555554444', brand: 'mastercard', names: ['mastercard'], behaviour: {} },
  { number: '378282246310005', brand: 'amex', names: ['amex'], behaviour: {} },
  {
    number: '4000000000000341',
    brand: VISA,
    names: ['chargeCustomerFail'],
    behaviour: { decline: 'generic_decline' },
  },
  declining('4000000000000002', 'visa_chargeDeclined', 'generic_decline'),
  declining('4000000000009995', 'visa_chargeDeclinedInsufficientFunds', 'insufficient_funds'),
  declining('4000000000009987', 'visa_chargeDeclinedLostCard', 'lost_card'),
  declining('4000000000009979', 'visa_chargeDeclinedStolenCard', 'stolen_card'),
  declining('4000000000000069', 'chargeDeclinedExpiredCard', 'expired_card'),
  declining('4000000000000127', 'chargeDeclinedIncorrectCvc', 'incorrect_cvc'),
  declining('4000000000000119', 'chargeDeclinedProcessingError', 'processing_error'),
  {
    number: '4000002760003184',
    brand: VISA,
    names: ['authenticationRequired'],
    behaviour: { needsAuthentication: true },
  },
  {
    number: '4000000000000259',
    brand: VISA,
    names: ['createDispute'],
    behaviour: { disputes: 'fraudulent' },
  },
];

/** Some ready-made names leave the brand out. */
const OTHER_NAMES: Record<string, string> = {
  chargeDeclined: 'visa_chargeDeclined',
  chargeDeclinedInsufficientFunds: 'visa_chargeDeclinedInsufficientFunds',
  visa_chargeDeclinedExpiredCard: 'chargeDeclinedExpiredCard',
};

/** By number, `tok_…` or `pm_card_…`. */
export function findTestCard(given: string): TestCard | undefined {
  const digits = given.replace(/[\s-]/g, '');
  const name = given.replace(/^(pm_card_|tok_)/, '');
  return TEST_CARDS.find(
    (it) => it.number === digits || it.names.includes(OTHER_NAMES[name] ?? name),
  );
}

export function createCard(
  world: World,
  card: TestCard,
  expiry = { month: 12, year: 2036 },
): PaymentMethodRow {
  const id = world.newId('pm');
  world.put({
    object: 'sim.card',
    id,
    decline: null,
    declinesAttach: false,
    needsAuthentication: false,
    disputes: null,
    failNext: 0,
    failNextWith: 'generic_decline',
    ...card.behaviour,
  });
  const empty = { address: null, email: null, name: null, phone: null, tax_id: null };
  return world.put({
    id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: empty,
    card: {
      brand: card.brand,
      checks: {
        address_line1_check: null,
        address_postal_code_check: null,
        cvc_check: 'pass',
      },
      country: 'US',
      display_brand: card.brand,
      exp_month: expiry.month,
      exp_year: expiry.year,
      fingerprint: `sim${card.number.slice(-8)}`,
      funding: 'credit',
      generated_from: null,
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: world.wallNow(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  });
}

/** Gives the card to a customer; a ready-made name becomes a card of its own. */
export function attachCard(world: World, given: string, customer: string): PaymentMethodRow {
  const method = world.get('payment_method', given) ?? findReady(world, given);
  if (!method) {
    throw invalid(`No such PaymentMethod: '${given}'`, 'payment_method', 'resource_missing');
  }
  if (method.customer && method.customer !== customer) {
    throw invalid(
      'The payment method you provided has already been attached to a customer.',
      'payment_method',
      'payment_method_unexpected_state',
    );
  }
  const card = world.need('sim.card', method.id);
  if (card.declinesAttach && card.decline) throw cardRefusal(declineOf(card.decline));
  return world.put({ ...method, customer });
}

/** A ready-made name such as `pm_card_visa`, made into a card of its own. */
export function findReady(world: World, given: string): PaymentMethodRow | undefined {
  const card = given.startsWith('pm_card_') ? findTestCard(given) : undefined;
  return card && createCard(world, card);
}
