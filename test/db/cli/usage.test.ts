/** Promise: a mistake is answered with its code and status, on stderr only, in the form that was asked for. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../support/database';
import { readCliJson, runCli } from './run-cli';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'tollgate-cli-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

it.each([
  ['an unknown command', ['balanse']],
  ['no command', []],
  ['a command without its subcommand', ['account']],
  ['a missing argument', ['balance']],
  ['one argument too many', ['balance', 'a', 'b']],
  ['an unknown option', ['balance', 'a', '--verbose']],
  ['an option without its value', ['grant', 'a', '1', '--key']],
  ['a format that there is not', ['export', '--format', 'xml']],
])('answers %s with status 2', async (_what, args) => {
  const { status, stdout, stderr } = await runCli(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^CONFIG_INVALID: /m);
});

it('writes an error as one JSON object under --json', async () => {
  const { status, stdout, stderr } = await runCli(['balance', 'nobody', '--json'], {
    databaseUrl: database.url,
  });
  expect({ status, stdout }).toEqual({ status: 22, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      code: 'ACCOUNT_UNKNOWN',
      message: expect.stringContaining('nobody'),
      details: { account: 'nobody' },
    },
  });
});

it.each([[['--help']], [['grant', '--help']], [['runs', 'show', '--help']], [['--version']]])(
  'answers %j on stdout',
  async (args) => {
    const { status, stdout, stderr } = await runCli(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(args[0] === '--version' ? /^\d+\.\d+\.\d+/ : /^Usage: tollgate /);
  },
);

it('says how to get a database when none is known', async () => {
  const { status, stderr } = await runCli(['balance', 'acme'], { cwd: folder });
  expect(status).toBe(2);
  expect(stderr).toMatch(/^CONFIG_INVALID: .*`npm start`.*DATABASE_URL/);
});

it('finds the database of the run-time that is kept in the current folder', async () => {
  const home = join(folder, 'started');
  await mkdir(join(home, '.tollgate'), { recursive: true });
  const note = { databaseUrl: database.url, temporalAddress: '127.0.0.1:1', pid: process.pid };
  await writeFile(join(home, '.tollgate', 'run-time.json'), JSON.stringify(note));
  expect(await readCliJson(['account', 'list'], { cwd: home })).toMatchObject({ next: null });
});

it('says that the ledger does not answer', async () => {
  const { status, stderr } = await runCli(['balance', 'acme'], {
    databaseUrl: 'postgres://nobody:secret@127.0.0.1:1/none',
  });
  expect(status).toBe(60);
  expect(stderr).toMatch(/^LEDGER_UNAVAILABLE: /);
  expect(stderr).not.toContain('secret');
});

it('asks for a migration where there is no schema, migrates, and then has nothing to do', async () => {
  const empty = await createEmptyDatabase();
  try {
    const options = { databaseUrl: empty.url };
    expect(await runCli(['balance', 'acme'], options)).toMatchObject({
      status: 62,
      stderr: expect.stringMatching(/^SCHEMA_MISSING: /),
    });
    const first = (await readCliJson(['migrate'], options)) as { applied: string[] };
    expect(first.applied.length).toBeGreaterThan(0);
    expect(await readCliJson(['migrate'], options)).toMatchObject({ applied: [] });
    expect((await runCli(['migrate'], options)).stdout).toMatch(/^Nothing to do: /);
    expect(await readCliJson(['account', 'open', 'acme'], options)).toMatchObject({
      account: 'acme',
    });
  } finally {
    await empty.drop();
  }
});

it('ends quietly when its reader has seen enough', async () => {
  const options = { databaseUrl: database.url };
  await readCliJson(['account', 'open', 'long'], options);
  await database.query(MANY_ENTRIES);
  const program = join(__dirname, '../../../dist/cli/main.js');
  const child = spawn(process.execPath, [program, 'export', '--account', 'long'], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  child.stdout.once('data', () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.once('exit', resolve));
  expect({ status, complaints }).toEqual({ status: 0, complaints: '' });
});

/** More than a pipe holds; the test of the pipe needs no balanced books. */
const MANY_ENTRIES = `
  insert into tollgate.entries (account, seq, at, kind, amount, balance, grant_id)
  select account, seq + n, at, kind, amount, balance, grant_id
    from tollgate.entries, generate_series(1, 20000) n
   where account = (select id from tollgate.accounts where name = 'long') and seq = 1`;
