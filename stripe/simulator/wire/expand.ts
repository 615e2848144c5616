/**
 * `expand[]`: puts objects in the place of their ids, along a path such as `data.latest_invoice.payments`.
 * A few properties exist only when they are asked for; the rest are ids whose prefix tells their table.
 */
import { linesOfSession } from '../engine/session-lines';
import type { AnyRow, Table } from '../state/rows';
import { listOf, render } from '../state/rendering';
import type { World } from '../state/world';
import { invalid } from './errors';

const TABLE_OF_PREFIX: Record<string, Table> = {
  cus: 'customer',
  prod: 'product',
  price: 'price',
  pm: 'payment_method',
  sub: 'subscription',
  in: 'invoice',
  ii: 'invoiceitem',
  inpay: 'invoice_payment',
  pi: 'payment_intent',
  ch: 'charge',
  re: 'refund',
  du: 'dispute',
  cs: 'checkout.session',
  bpc: 'billing_portal.configuration',
  clock: 'test_helpers.test_clock',
};

type Node = Record<string, unknown>;

export function expandAll(world: World, answer: object, paths: string[]): object {
  return paths.reduce((at, path) => expandPath(world, at as Node, path.split('.'), path), answer);
}

function expandPath(world: World, node: Node, segments: string[], whole: string): Node {
  const [key, ...rest] = segments;
  if (key === undefined) return node;
  const value = key in node ? node[key] : undefined;
  const found = value === undefined || value === null ? onDemand(world, node, key) : value;
  if (found === undefined) {
    if (value === null) return node;
    throw invalid(`This property cannot be expanded (${whole}).`, 'expand');
  }
  return { ...node, [key]: expandValue(world, found, rest, whole) };
}

function expandValue(world: World, value: unknown, rest: string[], whole: string): unknown {
  if (Array.isArray(value)) return value.map((it) => expandValue(world, it, rest, whole));
  if (typeof value === 'string') {
    const row = findById(world, value);
    if (!row) throw invalid(`This property cannot be expanded (${whole}).`, 'expand');
    return expandPath(world, render(row) as Node, rest, whole);
  }
  if (typeof value === 'object' && value !== null) {
    return expandPath(world, value as Node, rest, whole);
  }
  return value;
}

function findById(world: World, id: string): AnyRow | undefined {
  const table = TABLE_OF_PREFIX[id.slice(0, id.indexOf('_'))];
  return table ? world.get(table, id) : undefined;
}

/** What Stripe computes only on request. */
function onDemand(world: World, node: Node, key: string): unknown {
  const id = String(node['id']);
  switch (`${String(node['object'])}.${key}`) {
    case 'invoice.payments':
      return listOf(
        world.all('invoice_payment').filter((it) => it.invoice === id),
        '/v1/invoice_payments',
      );
    case 'invoice.confirmation_secret':
      return confirmationSecret(world, id);
    case 'customer.subscriptions':
      return listOf(
        world.all('subscription').filter((it) => it.customer === id && isLive(it.status)),
        `/v1/customers/${id}/subscriptions`,
      );
    case 'charge.refunds':
      return listOf(
        world.all('refund').filter((it) => it.charge === id),
        `/v1/charges/${id}/refunds`,
      );
    case 'checkout.session.line_items':
      return listOf(linesOfSession(world, id), `/v1/checkout/sessions/${id}/line_items`);
    default:
      return undefined;
  }
}

function isLive(status: string): boolean {
  return status !== 'canceled' && status !== 'incomplete_expired';
}

function confirmationSecret(world: World, invoice: string): object | undefined {
  const payment = world.all('invoice_payment').find((it) => it.invoice === invoice);
  const intent = payment?.payment.payment_intent;
  if (typeof intent !== 'string') return undefined;
  const secret = world.need('payment_intent', intent).client_secret;
  return { client_secret: secret, type: 'payment_intent' };
}
