/** The hosted invoice: what is owed, and a way to pay it with another card. */
import { attachCard, createCard, findTestCard } from '../engine/cards';
import { payOrThrow } from '../engine/pay';
import { showAmount } from '../engine/pricing';
import type { InvoiceRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid } from '../wire/errors';
import { cardPicker } from './card-picker';
import { alertOf, html, layout } from './html';

export function invoicePage(invoice: InvoiceRow, message: string | null): string {
  const money = (cents: number): string => showAmount(cents, invoice.currency);
  const rows = invoice.lines.data.map(
    (line) =>
      html`<tr>
        <td>${line.description}</td>
        <td>${money(line.amount)}</td>
      </tr>`,
  );
  const canPay = invoice.status === 'open' || invoice.status === 'uncollectible';
  return layout(
    `Invoice ${invoice.number ?? invoice.id}`,
    html`${alertOf(message)}
      <table>
        <thead>
          <tr>
            <th>What</th>
            <th>Amount</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
      <p>Status: <strong>${invoice.status}</strong></p>
      <p>Due: <strong class="total">${money(invoice.amount_remaining)}</strong></p>
      ${
        canPay
          ? html`<form method="post" action="/invoice/${invoice.id}">
              ${cardPicker()}<button class="main" type="submit">Pay</button>
            </form>`
          : html``
      }`,
  );
}

export function payInvoicePage(world: World, invoice: InvoiceRow, number: string): void {
  const card = findTestCard(number);
  if (!card) throw invalid('Your card number is incorrect.', 'card', 'incorrect_number');
  const method = attachCard(world, createCard(world, card).id, invoice.customer);
  payOrThrow(world, invoice, { automatic: false, present: true, paymentMethod: method.id });
}
