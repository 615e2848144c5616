/** Cards by what they do, for people who do not know Stripe's numbers by heart. */
import { TEST_CARDS } from '../engine/cards';
import { html, type Html } from './html';

const WHAT: Record<string, string> = {
  '4242424242424242': 'Visa, works',
  '5555555555554444': 'Mastercard, works',
  '378282246310005': 'American Express, works',
  '4000000000000341': 'is accepted, every charge after that fails',
  '4000000000000002': 'is declined',
  '4000000000009995': 'insufficient funds',
  '4000000000009987': 'lost card',
  '4000000000009979': 'stolen card',
  '4000000000000069': 'expired card',
  '4000000000000127': 'wrong security code',
  '4000000000000119': 'processing error',
  '4000002760003184': 'asks the cardholder each time',
  '4000000000000259': 'works, and is disputed at once',
};

export function cardPicker(): Html {
  const options = TEST_CARDS.map(
    ({ number }) => html`<option value="${number}">${number}: ${WHAT[number]}</option>`,
  );
  return html`<label
    >Card
    <select name="card">
      ${options}
    </select></label
  >`;
}
