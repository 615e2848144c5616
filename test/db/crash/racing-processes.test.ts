/**
 * The promise: of N blocks that race over several processes on an account with credits for K, exactly
 * K are reserved, for any N and K, and the others are refused.
 */
import fc from 'fast-check';
import { credits } from '../../../core/contract/credits';
import { endPrograms, startProgram, type Program } from '../../support/program';
import { expectCleanBooks, fundedAccount, openBooks, type Books } from '../ledger/books';
import type { CallerArgument, Race, Raced } from './programs/caller';

const PROCESSES = 4;
const ROUNDS = 25;
const MOST_RACERS = 60;
const PRICE = 4;

let books: Books;
let programs: readonly Program[];

beforeAll(async () => {
  books = await openBooks();
  const argument: CallerArgument = { databaseUrl: books.database.url };
  const file = require.resolve('./programs/caller');
  programs = Array.from({ length: PROCESSES }, () => startProgram(file, argument));
  await Promise.all(programs.map((program) => program.receive('ready')));
});
afterAll(async () => {
  await endPrograms();
  await books.close();
});

it('reserves exactly as many as there are credits for', async () => {
  const racers = fc.array(fc.integer({ min: 0, max: MOST_RACERS }), {
    minLength: PROCESSES,
    maxLength: PROCESSES,
  });
  const races = fc.record({
    racers,
    affordable: fc.integer({ min: 0, max: PROCESSES * MOST_RACERS }),
    // Too little for one more: it must stay.
    rest: fc.integer({ min: 0, max: PRICE - 1 }),
  });
  await fc.assert(
    fc.asyncProperty(races, async (race) => {
      const account = await fundedAccount(books, String(race.affordable * PRICE + race.rest));
      const answers = await Promise.all(
        programs.map((program, place) => reserveAtOnce(program, account, race.racers[place] ?? 0)),
      );
      const count = (kind: string): number =>
        answers.reduce((sum, answer) => sum + (answer[kind] ?? 0), 0);
      const all = race.racers.reduce((sum, one) => sum + one, 0);
      const expected = Math.min(all, race.affordable);
      expect(count('reserved')).toBe(expected);
      expect(count('insufficient')).toBe(all - expected);
      expect((await books.ledger.readAccount(account)).reserved).toBe(
        credits(String(expected * PRICE)),
      );
    }),
    { numRuns: ROUNDS },
  );
  await expectCleanBooks(books);
});

async function reserveAtOnce(
  program: Program,
  account: string,
  racers: number,
): Promise<Raced['answers']> {
  program.send<Race>({ kind: 'race', account, racers, amount: String(PRICE) });
  return (await program.receive<Raced>('raced')).answers;
}
