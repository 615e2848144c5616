/** Promise: what a call would reserve is known before it is made, from a price book or from the examples. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCliJson, runCli } from './run-cli';

let folder: string;
let book: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tollgate-quote-'));
  book = join(folder, 'prices.json');
  await writeFile(book, JSON.stringify([BOOK, NEXT_BOOK]));
});
afterAll(() => rm(folder, { recursive: true }));

const BOOK = {
  version: '2026',
  effectiveAt: '2026-01-01T00:00:00Z',
  prices: {
    search: { kind: 'fixed', credits: '2' },
    write: {
      kind: 'metered',
      base: {
        kind: 'option',
        option: 'model',
        cases: { small: { kind: 'fixed', credits: '1' }, large: { kind: 'fixed', credits: '4' } },
      },
      rates: { kb: { credits: '0.1', per: 1 } },
      reserve: { units: { kb: 50 } },
      maximum: '7.5',
    },
  },
};
const NEXT_BOOK = {
  version: '2990',
  effectiveAt: '2990-01-01T00:00:00Z',
  prices: { search: { kind: 'fixed', credits: '3' } },
};

it('quotes a call with its bounds and where the amount comes from', async () => {
  const args = ['quote', 'write', '--book', book, '--input', '{"model":"large"}'];
  expect(await readCliJson(args, {})).toEqual({
    block: 'write',
    version: '2026',
    reserve: '7.5',
    minimum: '4',
    maximum: '7.5',
    options: [{ option: 'model', chosen: 'large' }],
    breakdown: [
      { what: 'base', amount: '4' },
      { what: 'kb', units: 50, amount: '5' },
      { what: 'maximum', amount: '-1.5' },
    ],
    expected: { minimum: '4', likely: '7.5', maximum: '7.5', calls: 0 },
  });
  const { stdout } = await runCli(args);
  expect(stdout).toMatch(/^Chosen +model=large$/m);
  expect(stdout).toMatch(/^Reserves +7\.5 credits\nCosts +at least 4, at most 7\.5$/m);
  expect(stdout).toMatch(/^kb +50 +5$/m);
});

it('quotes the price that holds at the time asked for', async () => {
  const args = ['quote', 'search', '--book', book];
  expect(await readCliJson(args, {})).toMatchObject({ version: '2026', reserve: '2' });
  expect(await readCliJson([...args, '--at', '2991-06-01'], {})).toMatchObject({
    version: '2990',
    reserve: '3',
  });
});

it('quotes the blocks of the examples when no book is named', async () => {
  expect(
    await readCliJson(['quote', 'summarise', '--input', '{"model":"large"}'], {}),
  ).toMatchObject({
    block: 'summarise',
    reserve: '2',
    expected: { minimum: '2', likely: '2', maximum: '2', calls: 0 },
    options: [{ option: 'model', chosen: 'large' }],
  });
  const { status, stderr } = await runCli(['quote', 'no-such-block']);
  expect(status).toBe(30);
  expect(stderr).toMatch(/^PRICE_UNKNOWN: .*known=.*summarise/);
});

it.each([
  ['a block without a price', ['paint'], 30, 'PRICE_UNKNOWN'],
  [
    'an option without a price',
    ['write', '--input', '{"model":"huge"}'],
    31,
    'PRICE_OPTION_UNKNOWN',
  ],
  ['an input that is not JSON', ['write', '--input', '{model}'], 35, 'INPUT_INVALID'],
])('refuses %s', async (_what, args, status, code) => {
  const result = await runCli(['quote', ...args, '--book', book]);
  expect({ status: result.status, stdout: result.stdout }).toEqual({ status, stdout: '' });
  expect(result.stderr).toMatch(new RegExp(`^${code}: `));
});

it.each([
  ['is not there', undefined, 35, 'INPUT_INVALID'],
  ['is not JSON', '{', 35, 'INPUT_INVALID'],
  [
    'has a price that is none',
    { ...BOOK, prices: { a: { kind: 'fixed', credits: '-1' } } },
    32,
    'PRICE_INVALID',
  ],
])('refuses a book that %s', async (_what, content, status, code) => {
  const file = join(folder, 'bad.json');
  await rm(file, { force: true });
  if (content !== undefined) {
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  const result = await runCli(['quote', 'a', '--book', file]);
  expect(result.status).toBe(status);
  expect(result.stderr).toMatch(new RegExp(`^${code}: `));
});
