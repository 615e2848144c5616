/**
 * The promise: when PostgreSQL is killed in the middle of the load and comes back, every answer it had
 * given is in the books, nothing is charged twice, and the processes go on by themselves. The same when
 * a process is killed at the same moment: what it had reserved stays reserved.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credits } from '../../../core/contract/credits';
import { migrate } from '../../../ledger/migrate';
import { openLedger } from '../../../ledger/open-ledger';
import type { Ledger } from '../../../ledger/ledger';
import { compareAnswers } from '../../support/answers';
import { eventually } from '../../support/eventually';
import { startPrivateService, type PrivateService } from '../../support/private-service';
import { endPrograms, startProgram, type Program } from '../../support/program';
import { expectCleanBooks, fundedAccount } from '../ledger/books';
import type { CallerArgument, Charge } from './programs/caller';

const PROCESSES = 2;
const CALLERS = 24;
/** How many charges are made between two crashes. */
const STRETCH = 500n;
const DEADLINE_MS = 60_000;

let folder: string;
let postgres: PrivateService;
let ledger: Ledger;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-answers-'));
  postgres = await startPrivateService('postgres');
  await migrate(postgres.address);
  ledger = await openLedger({ connectionString: postgres.address });
});
afterAll(async () => {
  await ledger?.close();
  await postgres?.close();
  await endPrograms();
  rmSync(folder, { recursive: true, force: true });
});

it('keeps every answer through crashes under load, and charges each key once', async () => {
  const account = await fundedAccount({ ledger }, '10000000');
  const { programs, files } = await startCallers(account);
  for (let crash = 0; crash < 3; crash += 1) {
    await moreCharges(account, programs);
    await postgres.crashAndRestart();
  }
  await moreCharges(account, programs);
  await finish(programs);

  const { lost, reserves, settles } = await compareAnswers(files, postgres.address);
  expect(lost).toEqual([]);
  expect(settles).toBe(reserves);
  const view = await ledger.readAccount(account);
  // Apart from the grant, each entry is the one charge of a pair.
  expect(view.entries).toBe(BigInt(settles) + 1n);
  expect(view.reserved).toBe(0n);
  await expectCleanBooks({ ledger });
});

it('keeps what a process had reserved that was killed together with PostgreSQL', async () => {
  const account = await fundedAccount({ ledger }, '10000000');
  const { programs, files } = await startCallers(account);
  await moreCharges(account, programs);
  await Promise.all([postgres.crash(), programs[0]?.kill()]);
  await postgres.restart();
  await moreCharges(account, programs.slice(1));
  await finish(programs.slice(1));

  const { lost } = await compareAnswers(files, postgres.address);
  expect(lost).toEqual([]);
  const view = await ledger.readAccount(account);
  const open = await ledger.listReservations({ account, limit: 1_000 });
  expect(open.length).toBeLessThanOrEqual(CALLERS);
  expect(view.reserved).toBe(credits('4') * BigInt(open.length));
  expect(view.balance).toBe(view.available + view.reserved);
  await expectCleanBooks({ ledger });
});

async function startCallers(account: string): Promise<{ programs: Program[]; files: string[] }> {
  const files = Array.from({ length: PROCESSES }, (_, place) =>
    join(folder, `${account}-${place}`),
  );
  const programs = files.map((answersFile) => {
    const argument: CallerArgument = { databaseUrl: postgres.address, answersFile };
    return startProgram(require.resolve('./programs/caller'), argument);
  });
  await Promise.all(programs.map((program) => program.receive('ready')));
  for (const program of programs)
    program.send<Charge>({ kind: 'charge', account, callers: CALLERS });
  return { programs, files };
}

/** Waits until the account has been charged that many times more; fails at once when a caller does. */
async function moreCharges(account: string, callers: readonly Program[]): Promise<void> {
  const countEntries = async (): Promise<bigint> => (await ledger.readAccount(account)).entries;
  const before = await eventually(countEntries, { what: 'the ledger to answer' });
  const more = eventually(async () => (await countEntries()) >= before + STRETCH, {
    what: 'the charges to go on',
    deadlineMs: DEADLINE_MS,
  });
  await Promise.race([more, ...callers.map(({ failed }) => failed)]);
}

async function finish(programs: readonly Program[]): Promise<void> {
  for (const program of programs) program.send({ kind: 'enough' });
  await Promise.all(programs.map((program) => program.receive('charged')));
  await Promise.all(programs.map((program) => program.stop()));
}
