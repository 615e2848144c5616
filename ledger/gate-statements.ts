/**
 * The two shapes in which calls reach the gate's SQL: one call by its own function, which is the
 * cheaper plan (migrations/000004-gate.sql; under a
 * guarantee: 000010-guarantees.sql), and many as arrays in one statement (000022-cheaper-batch.sql). Answers are
 * numbers; their meaning stands at the head of the first.
 */
import type { GateStatement } from './gate-query';

export const Operation = {
  reserve: 1,
  settleDrawing: 2,
  settleCapped: 3,
  release: 4,
  grow: 6,
} as const;

export const Code = {
  done: 1,
  settledBefore: 2,
  nothingToDo: 3,
  neverReserved: 4,
  insufficient: 10,
  accountUnknown: 11,
  accountFrozen: 12,
  keyMismatch: 13,
  overBudget: 14,
} as const;

/** One call, with everything already in the form in which PostgreSQL reads it. */
export interface GateItem {
  readonly op: number;
  readonly run: string;
  readonly call: string;
  /** The account's own number, not its name. */
  readonly account: string;
  readonly amount: string;
  readonly claim: string;
  readonly price: number;
  readonly nth: number;
  readonly limitMs: number;
  readonly usage: string | null;
  /** JSON of the run's row (and of others, with commas between), while this process has not written it yet. */
  readonly facts: string | null;
  /** JSON of the guarantee that a reserve draws on. */
  readonly guarantee: string | null;
}

export interface GateAnswer {
  readonly code: number;
  readonly reserved: bigint;
  readonly charged: bigint;
  readonly returned: bigint;
  readonly absorbed: bigint;
  readonly available: bigint;
  readonly price: number;
  /** See the head of 000004-gate.sql. */
  readonly flags: number;
}

const RESERVE = 'select tollgate.reserve_one($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)';
const RESERVE_GUARANTEED = 'select tollgate.reserve_guaranteed($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)';
const CLOSE = 'select tollgate.close_one($1,$2,$3,$4,$5,$6,$7,$8)';
const GROW = 'select tollgate.grow_one($1,$2,$3,$4,$5,$6)';
const BATCH = 'select tollgate.batch($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)';

export function oneStatement(item: GateItem, now: string | null): GateStatement {
  const { op, run, call, account, amount, claim, price, nth, limitMs, usage, facts, guarantee } =
    item;
  switch (op) {
    case Operation.reserve: {
      const runs = facts && `[${facts}]`;
      const numbers = [amount, claim, String(price), String(nth), String(limitMs)];
      const values = [now, run, call, account, ...numbers, runs];
      if (guarantee === null) return { name: 'tollgate-reserve', text: RESERVE, values };
      const name = 'tollgate-reserve-guaranteed';
      return { name, text: RESERVE_GUARANTEED, values: [...values, guarantee] };
    }
    case Operation.grow:
      return {
        name: 'tollgate-grow',
        text: GROW,
        values: [now, run, call, account, amount, claim],
      };
    default: {
      const values = [now, String(op), run, call, account, amount, claim, usage];
      return { name: 'tollgate-close', text: CLOSE, values };
    }
  }
}

export function batchStatement(items: readonly GateItem[], now: string | null): GateStatement {
  const columns = {
    op: '',
    run: '',
    call: '',
    account: '',
    amount: '',
    claim: '',
    price: '',
    nth: '',
    limitMs: '',
  };
  let anyUsage = false;
  let facts = '';
  let comma = '';
  for (const item of items) {
    columns.op += comma + item.op;
    columns.run += comma + item.run;
    columns.call += comma + item.call;
    columns.account += comma + item.account;
    columns.amount += comma + item.amount;
    columns.claim += comma + item.claim;
    columns.price += comma + item.price;
    columns.nth += comma + item.nth;
    columns.limitMs += comma + item.limitMs;
    if (item.usage !== null) anyUsage = true;
    if (item.facts !== null) facts += (facts && ',') + item.facts;
    comma = ',';
  }
  const { op, run, call, account, amount, claim, price, nth, limitMs } = columns;
  const arrays = [op, run, call, account, amount, claim, price, nth, limitMs].map(
    (column) => `{${column}}`,
  );
  const usage = anyUsage ? textArray(items.map((item) => item.usage)) : null;
  const values = [now, ...arrays, usage, facts ? `[${facts}]` : null];
  return { name: 'tollgate-batch', text: BATCH, values };
}

/** PostgreSQL's own text of an array of texts. */
export function textArray(texts: readonly (string | null)[]): string {
  const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  return `{${texts.map((text) => (text === null ? 'null' : quote(text))).join(',')}}`;
}

/** `{1,5,0,…}` */
export function readOne(text: string): GateAnswer {
  return readAnswer(text.slice(1, -1).split(','), 0);
}

/** `{{place,code,…},…}` in any order; gives one answer per item, in the items' order. */
export function readBatch(text: string, count: number): GateAnswer[] {
  const numbers = text.replace(/[{}]/g, '').split(',');
  const answers = new Array<GateAnswer>(count);
  for (let at = 0; at < numbers.length; at += 9)
    answers[Number(numbers[at]) - 1] = readAnswer(numbers, at + 1);
  return answers;
}

function readAnswer(numbers: readonly string[], at: number): GateAnswer {
  const number = (offset: number): string => numbers[at + offset] ?? '0';
  return {
    code: Number(number(0)),
    reserved: BigInt(number(1)),
    charged: BigInt(number(2)),
    returned: BigInt(number(3)),
    absorbed: BigInt(number(4)),
    available: BigInt(number(5)),
    price: Number(number(6)),
    flags: Number(number(7)),
  };
}
