/**
 * What billing reads of the books, and the one operation with which it changes them: many commands in
 * one transaction, each with a key from outside.
 */
import {
  PACK_SOURCE,
  TOP_UP_SOURCE,
  type BillingBooks,
  type BillingGrant,
  type CommandDone,
  type LedgerCommand,
  type Revocation,
} from '../core/contract/billing-books';
import { credits, formatCredits, MAX_CREDITS, type CreditsText } from '../core/contract/credits';
import { TollgateError } from '../core/contract/errors';
import type { AccountIds } from './account-ids';
import type { AccountOperations } from './accounts';
import type { Database } from './database';
import type { Ledger } from './ledger';

const MAX_COMMANDS = 10_000;

export type BillingOperations = Pick<Ledger, 'readBilling' | 'applyBilling'>;

interface GrantRow {
  readonly key: string;
  readonly source: string;
  readonly amount: bigint;
  readonly remaining: bigint;
  readonly reserved: bigint;
  readonly priority: number;
  readonly expires_at: Date | null;
  readonly ended: boolean;
  readonly unpaid: bigint;
  readonly revocations: readonly { cause: string; asked: string; taken: string }[];
}

const GRANTS = `
  select g.key, g.source, g.amount, g.remaining, g.reserved, g.priority, g.expires_at, g.ended is not null as ended,
         tollgate.grant_unpaid(g.id, g.amount, g.remaining + g.taken_back) as unpaid,
         coalesce((select jsonb_agg(jsonb_build_object('cause', cause, 'asked', asked::text, 'taken', taken::text) order by cause)
                     from tollgate.revocations r where r.grant_id = g.id), '[]') as revocations
    from tollgate.grants_now g where g.account = $1 and g.source = any ($2) order by g.id`;

export function billingOperations(
  database: Database,
  accountIds: AccountIds,
  { readAccount }: AccountOperations,
): BillingOperations {
  async function readBilling(account: string): Promise<BillingBooks> {
    const id = await accountIds.require(account);
    const view = await readAccount(account); // lets time do what it has brought
    return database.snapshot(async (books) => {
      const { balance, reserved, frozen } = await books.row<{
        balance: bigint;
        reserved: bigint;
        frozen: boolean;
      }>('select balance, reserved, frozen from tollgate.accounts where id = $1', [id]);
      const grants = await books.rows<GrantRow>(GRANTS, [id, [PACK_SOURCE, TOP_UP_SOURCE]]);
      const freezes = await books.rows<{ cause: string; lifted: boolean }>(
        'select cause, lifted_at is not null as lifted from tollgate.freezes where account = $1 order by cause',
        [id],
      );
      const unpaid = grants.reduce((total, grant) => total + grant.unpaid, 0n);
      return {
        account,
        balance: formatCredits(balance),
        available: formatCredits(balance - reserved),
        reserved: formatCredits(reserved),
        drip: view.drip,
        ...(view.nextCreditsAt ? { nextDripAt: view.nextCreditsAt.toISOString() } : {}),
        frozen,
        freezes,
        grants: grants.map(grantOf),
        unpaid: formatCredits(unpaid),
      };
    });
  }

  async function applyBilling(
    account: string,
    commands: readonly LedgerCommand[],
  ): Promise<readonly CommandDone[]> {
    if (commands.length > MAX_COMMANDS) {
      throw new TollgateError('INPUT_INVALID', { commands: commands.length, most: MAX_COMMANDS });
    }
    const id = await accountIds.require(account);
    const { answers } = await database.row<{ answers: readonly (readonly [string, boolean])[] }>(
      'select tollgate.apply_billing($1, $2, $3) as answers',
      [database.now(), id, JSON.stringify(commands.map(toRow))],
    );
    return commands.map((command, place) => {
      const [moved, changed] = answers[place] ?? ['0', false];
      const named = 'key' in command ? command.key : 'cause' in command ? command.cause : undefined;
      return {
        do: command.do,
        ...(named === undefined ? {} : { key: named }),
        changed,
        amount: formatCredits(BigInt(moved)),
      };
    });
  }

  return { readBilling, applyBilling };
}

function grantOf(row: GrantRow): BillingGrant {
  const { key, source, priority, ended, expires_at } = row;
  return {
    key,
    source,
    amount: formatCredits(row.amount),
    remaining: formatCredits(row.remaining),
    reserved: formatCredits(row.reserved),
    priority,
    ...(expires_at ? { expiresAt: expires_at.toISOString() } : {}),
    ended,
    revocations: row.revocations.map(({ cause, asked, taken }): Revocation => ({
      cause,
      asked: formatCredits(BigInt(asked)),
      taken: formatCredits(BigInt(taken)),
    })),
    unpaid: formatCredits(row.unpaid),
  };
}

/** A command with its amounts in micro-credits, as SQL reads it. */
function toRow(command: LedgerCommand): Readonly<Record<string, unknown>> {
  if ('key' in command && command.key === '') throw invalid('key', 'not empty');
  if ('cause' in command && command.cause === '') throw invalid('cause', 'not empty');
  switch (command.do) {
    case 'grant':
      if (credits(command.amount) === 0n) throw invalid('amount', 'above zero');
      return { ...command, amount: micro(command.amount), expiresAt: time(command.expiresAt) };
    case 'term':
      return { ...command, expiresAt: time(command.expiresAt ?? undefined) };
    case 'cut':
      return { ...command, atMost: micro(command.atMost) };
    case 'revoke':
      return { ...command, total: micro(command.total) };
    case 'drip':
      return {
        ...command,
        daily: micro(command.daily),
        cap: micro(command.cap),
        since: time(command.since),
      };
    default:
      return command;
  }
}

function micro(text: CreditsText): string {
  const amount = credits(text);
  if (amount < 0n || amount > MAX_CREDITS) throw invalid('amount', 'zero or more');
  return String(amount);
}

function time(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (Number.isNaN(Date.parse(text))) throw invalid('time', 'an ISO time');
  return text;
}

function invalid(field: string, rule: string): TollgateError {
  return new TollgateError('INPUT_INVALID', { field, rule });
}
