/**
 * Every price that a reservation pins is stored once and named by a number. Each process stores a price
 * at its first use and remembers it by the identity of its rule, so that a reserve finds it at once.
 */
import { createHash } from 'node:crypto';
import type { PriceRule } from '../core/contract/price';
import type { PinnedPrice } from '../core/contract/reservation';
import { TollgateError } from '../core/contract/errors';
import type { Database } from './database';

export interface PinnedPrices {
  pin(price: PinnedPrice): number | Promise<number>;
  read(id: number): PinnedPrice | Promise<PinnedPrice>;
}

export function rememberPrices(database: Database): PinnedPrices {
  const idsByRule = new WeakMap<PriceRule, Map<string, number>>();
  const pricesById = new Map<number, PinnedPrice>();

  async function store(price: PinnedPrice): Promise<number> {
    const rule = canonicalJson(price.rule);
    const digest = createHash('md5')
      .update(JSON.stringify([price.block, price.version, rule]))
      .digest('hex');
    await database.rows(
      `insert into tollgate.prices (block, version, rule, digest) values ($1, $2, $3, $4) on conflict (digest) do nothing`,
      [price.block, price.version, rule, digest],
    );
    const { id } = await database.row<{ id: number }>(
      'select id from tollgate.prices where digest = $1',
      [digest],
    );
    const ids = idsByRule.get(price.rule) ?? new Map<string, number>();
    idsByRule.set(price.rule, ids.set(nameOf(price), id));
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
    pin: (price) => idsByRule.get(price.rule)?.get(nameOf(price)) ?? store(price),
    read: (id) => pricesById.get(id) ?? load(id),
  };
}

function nameOf(price: PinnedPrice): string {
  return `${price.block}\n${price.version}`;
}

/** The same rule gives the same text, whatever the order of its fields. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
