/**
 * Every price that a reservation pins is stored once per choice of its options, and named by a number. Each
 * process stores a price at its first use and remembers it by the identity of its rule, so that a reserve
 * finds it at once.
 */
import { createHash } from 'node:crypto';
import type { PriceRule } from '../core/contract/price';
import type { PinnedPrice } from '../core/contract/reservation';
import { TollgateError } from '../core/contract/errors';
import type { Database } from './database';

export interface PinnedPrices {
  /** @param choice the options that the call chose; by the price's number an entry tells them apart. */
  pin(price: PinnedPrice, choice?: string): number | Promise<number>;
  /** The number of a price that has been pinned before. */
  find(price: PinnedPrice, choice: string): Promise<number | undefined>;
  read(id: number): PinnedPrice | Promise<PinnedPrice>;
}

export function rememberPrices(database: Database): PinnedPrices {
  const idsByRule = new WeakMap<PriceRule, Map<string, number>>();
  const pricesById = new Map<number, PinnedPrice>();

  async function find(price: PinnedPrice, choice: string): Promise<number | undefined> {
    const [found] = await database.rows<{ id: number }>(
      'select id from tollgate.prices where digest = $1',
      [digestOf(price, choice)],
    );
    return found?.id;
  }

  async function store(price: PinnedPrice, choice: string): Promise<number> {
    await database.rows(
      `insert into tollgate.prices (block, version, rule, choice, digest) values ($1, $2, $3, $4, $5) on conflict (digest) do nothing`,
      [price.block, price.version, canonicalJson(price.rule), choice, digestOf(price, choice)],
    );
    const id = await find(price, choice);
    if (id === undefined)
      throw new TollgateError('INVARIANT_BROKEN', { reason: 'a stored price is not there' });
    const ids = idsByRule.get(price.rule) ?? new Map<string, number>();
    idsByRule.set(price.rule, ids.set(nameOf(price, choice), id));
    pricesById.set(id, price);
    return id;
  }

  async function load(id: number): Promise<PinnedPrice> {
    const [price] = await database.rows<{ block: string; version: string; rule: PriceRule }>(
      'select block, version, rule from tollgate.prices where id = $1',
      [id],
    );
    if (!price)
      throw new TollgateError('INVARIANT_BROKEN', { reason: `price ${id} is not stored` });
    pricesById.set(id, price);
    return price;
  }

  return {
    find,
    pin: (price, choice = '') =>
      idsByRule.get(price.rule)?.get(nameOf(price, choice)) ?? store(price, choice),
    read: (id) => pricesById.get(id) ?? load(id),
  };
}

function nameOf(price: PinnedPrice, choice: string): string {
  return `${price.block}\n${price.version}\n${choice}`;
}

/** Without a choice as it was before there were any, so that prices without options keep their number. */
function digestOf({ block, version, rule }: PinnedPrice, choice: string): string {
  const named = [block, version, canonicalJson(rule), ...(choice === '' ? [] : [choice])];
  return createHash('md5').update(JSON.stringify(named)).digest('hex');
}

/** The same rule gives the same text, whatever the order of its fields. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
