/**
 * A process with a ledger of its own. `race` makes many reserves at once; `charge` makes pairs of
 * reserve and settle until it is told that it is `enough`, and writes down every answer before it goes
 * on, so that what it was told outlives it.
 */
import { openSync, writeSync } from 'node:fs';
import { credits } from '../../../../core/contract/credits';
import { openLedger } from '../../../../ledger/open-ledger';
import { persist } from '../../../../plugin/persist';
import type { Answered } from '../../../support/answers';
import { onMessage, readArgument, runProgram, tell } from '../../../support/in-program';
import type { Message } from '../../../support/program';
import { call, chargeOf, settleOf } from '../../ledger/books';

export interface CallerArgument {
  readonly databaseUrl: string;
  /** Where `charge` writes answers down: one line each. */
  readonly answersFile?: string;
}

export interface Race extends Message {
  readonly kind: 'race';
  readonly account: string;
  readonly racers: number;
  readonly amount: string;
}

export interface Raced extends Message {
  readonly kind: 'raced';
  /** How many there were of each kind of answer. */
  readonly answers: Readonly<Record<string, number>>;
}

export interface Charge extends Message {
  readonly kind: 'charge';
  readonly account: string;
  readonly callers: number;
}

/** Longer than any of these tests takes. */
const DEADLINE_MS = 10 * 60_000;
const PATIENCE_MS = 60_000;

runProgram(async () => {
  const { databaseUrl, answersFile } = readArgument<CallerArgument>();
  const ledger = await openLedger({ connectionString: databaseUrl });
  const answers = answersFile === undefined ? undefined : openSync(answersFile, 'a');
  let enough = false;

  const note = (answered: Answered): void => {
    if (answers !== undefined) writeSync(answers, `${JSON.stringify(answered)}\n`);
  };

  async function chargeOnce(account: string, turn: number): Promise<void> {
    const request = call(account, '4', { deadlineMs: DEADLINE_MS });
    const key = { run: request.run, call: String(request.call) };
    const reserved = await persist(() => ledger.reserve(request), PATIENCE_MS);
    if (reserved.kind !== 'reserved') throw new Error(`reserve: ${reserved.kind}`);
    note({ op: 'reserve', ...key, amount: String(reserved.reserved) });
    const settle = settleOf(request, String(turn % 5));
    const { charged } = chargeOf(await persist(() => ledger.settle(settle), PATIENCE_MS));
    if (charged !== credits(String(turn % 5))) throw new Error(`settle: charged ${charged}`);
    note({ op: 'settle', ...key, amount: String(charged) });
  }

  onMessage<Race>('race', async ({ account, racers, amount }) => {
    const requests = Array.from({ length: racers }, () => call(account, amount));
    const all = await Promise.all(requests.map((request) => ledger.reserve(request)));
    const counts: Record<string, number> = {};
    for (const { kind } of all) counts[kind] = (counts[kind] ?? 0) + 1;
    tell<Raced>({ kind: 'raced', answers: counts });
  });
  onMessage<Charge>('charge', async ({ account, callers }) => {
    const loops = Array.from({ length: callers }, async () => {
      for (let turn = 0; !enough; turn += 1) await chargeOnce(account, turn);
    });
    await Promise.all(loops);
    tell({ kind: 'charged' });
  });
  onMessage('enough', () => void (enough = true));
  return () => ledger.close();
});
