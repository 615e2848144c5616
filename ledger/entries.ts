/**
 * Reading the entries: newest first in pages, or all of them in order for an export. Nothing here is
 * on the hot path, and nothing writes: entries are written by the operations themselves.
 */
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import type { Ledger } from './ledger';
import { pageLimit } from './page';
import type { EntryKind, EntryView } from './views';

const EXPORT_PAGE = 1_000;

export interface EntryRow {
  readonly name: string;
  readonly seq: bigint;
  readonly at: Date;
  readonly kind: EntryKind;
  readonly amount: bigint;
  readonly balance: bigint;
  readonly reserved: bigint | null;
  readonly returned: bigint | null;
  readonly absorbed: bigint | null;
  readonly guaranteed: bigint | null;
  readonly late: true | null;
  readonly run: string | null;
  readonly nth: number | null;
  readonly block: string | null;
  readonly version: string | null;
  readonly usage: Readonly<Record<string, number>> | null;
  readonly cause: string | null;
  readonly grants: readonly { readonly key: string; readonly amount: string }[];
}

/** An entry with its account's name, its price's block and version, and its grants by key. */
export const ENTRY_SELECT = `
  select a.name, e.seq, e.at, e.kind, e.amount, e.balance, e.reserved, e.returned, e.absorbed, e.guaranteed, e.late, e.run, e.nth,
         p.block, p.version, e.usage, e.cause,
         case when e.parts is not null then (
                select jsonb_agg(jsonb_build_object('key', g.key, 'amount', e.parts[2 * n]::text) order by n)
                  from generate_series(1, cardinality(e.parts) / 2) n join tollgate.grants g on g.id = e.parts[2 * n - 1])
              when e.grant_id is not null then (
                select jsonb_build_array(jsonb_build_object('key', g.key, 'amount', abs(e.amount)::text))
                  from tollgate.grants g where g.id = e.grant_id)
              else '[]' end as grants
    from tollgate.entries e
    join tollgate.accounts a on a.id = e.account
    left join tollgate.prices p on p.id = e.price`;

export type EntryOperations = Pick<Ledger, 'listEntries' | 'exportEntries'>;

export function entryOperations(database: Database, accountIds: AccountIds): EntryOperations {
  async function* exportEntries(account?: string): AsyncIterable<EntryView> {
    const only = account === undefined ? null : await accountIds.require(account);
    let last: { account: string; seq: bigint } = { account: '0', seq: 0n };
    for (;;) {
      const rows = await database.rows<EntryRow & { account: bigint }>(
        `${ENTRY_SELECT.replace('select a.name', 'select e.account, a.name')}
          where (e.account, e.seq) > ($1, $2) and ($3::bigint is null or e.account = $3)
          order by e.account, e.seq limit $4`,
        [last.account, last.seq, only, EXPORT_PAGE],
      );
      for (const row of rows) yield entryViewOf(row);
      const end = rows.at(-1);
      if (!end || rows.length < EXPORT_PAGE) return;
      last = { account: String(end.account), seq: end.seq };
    }
  }

  return {
    exportEntries,
    async listEntries(account, page = {}) {
      const id = await accountIds.require(account);
      const rows = await database.rows<EntryRow>(
        `${ENTRY_SELECT} where e.account = $1 and e.seq < coalesce($2::bigint, 9223372036854775807) order by e.seq desc limit $3`,
        [id, page.after ?? null, pageLimit(page)],
      );
      return rows.map(entryViewOf);
    },
  };
}

export function entryViewOf(row: EntryRow): EntryView {
  const closes = row.run !== null;
  return {
    account: row.name,
    seq: row.seq,
    at: row.at,
    kind: row.kind,
    amount: row.amount,
    balance: row.balance,
    ...(closes ? { charged: -row.amount } : {}),
    ...present('reserved', row.reserved),
    ...present('returned', row.returned),
    ...present('absorbed', row.absorbed),
    ...present('guaranteed', row.guaranteed),
    ...present('late', row.late),
    ...present('run', row.run),
    ...present('block', row.block),
    ...present('nth', row.nth),
    ...present('priceVersion', row.version),
    ...present('usage', row.usage),
    ...present('cause', row.cause),
    grants: row.grants.map(({ key, amount }) => ({ key, amount: BigInt(amount) })),
  };
}

function present<Name extends string, Value>(
  name: Name,
  value: Value | null,
): { readonly [Key in Name]?: Value } {
  return value === null ? {} : ({ [name]: value } as { [Key in Name]: Value }); // a computed key widens to string
}
