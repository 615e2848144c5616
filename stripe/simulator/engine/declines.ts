/** Why a card is refused, in Stripe's words; a hard decline is not tried again with the same card. */
export interface Decline {
  code: string;
  decline_code: string | null;
  message: string;
  hard: boolean;
}

const CARD_DECLINED = 'Your card was declined.';

const HARD = new Set([
  'incorrect_number',
  'lost_card',
  'pickup_card',
  'stolen_card',
  'revocation_of_authorization',
  'revocation_of_all_authorizations',
  'authentication_required',
  'highest_risk_level',
  'transaction_not_allowed',
]);

/** Decline codes that are error codes of their own; all others come under `card_declined`. */
const OWN_CODES: Record<string, { code: string; message: string }> = {
  expired_card: { code: 'expired_card', message: 'Your card has expired.' },
  incorrect_cvc: { code: 'incorrect_cvc', message: "Your card's security code is incorrect." },
  incorrect_number: { code: 'incorrect_number', message: 'Your card number is incorrect.' },
  processing_error: {
    code: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
  payment_intent_authentication_failure: {
    code: 'payment_intent_authentication_failure',
    message:
      'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
  },
  authentication_required: {
    code: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  },
};

export function declineOf(reason: string): Decline {
  const own = OWN_CODES[reason];
  const message =
    reason === 'insufficient_funds' ? 'Your card has insufficient funds.' : CARD_DECLINED;
  return {
    code: own?.code ?? 'card_declined',
    decline_code: own && reason !== 'authentication_required' ? null : reason,
    message: own?.message ?? message,
    hard: HARD.has(reason),
  };
}

/** Whether a failure that Stripe has written down may not be tried again with the same card. */
export function isHard(failure: { code?: string; decline_code?: string } | null): boolean {
  return HARD.has(failure?.decline_code ?? '') || HARD.has(failure?.code ?? '');
}
