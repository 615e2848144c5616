/** Promise: whatever stands in an entry, each format gives it back exactly. */
import { parse } from 'csv-parse/sync';
import { writeEntries, type ExportFormat } from '../../../cli/export-text';
import type { EntryView } from '../../../ledger/views';

const awkward: EntryView = {
  account: 'acme, "the" company\r\n=cmd()',
  seq: 1n,
  at: new Date('2026-11-21T18:00:00.123Z'),
  kind: 'settled',
  amount: -999_999_999_999_999_999n,
  balance: 1n,
  reserved: 2_000_000n,
  charged: 1_500_000n,
  returned: 500_000n,
  late: true,
  run: '01234567-89ab-cdef-0123-456789abcdef',
  block: 'größe,"x"',
  nth: 3,
  priceVersion: '2026-11',
  usage: { kb: 1.5 },
  grants: [{ key: 'a,b', amount: 1_500_000n }],
};
const plain: EntryView = {
  account: 'b',
  seq: 2n,
  at: new Date(0),
  kind: 'granted',
  amount: 5_000_000n,
  balance: 5_000_000n,
  grants: [],
};

async function exportText(entries: readonly EntryView[], format: ExportFormat): Promise<string> {
  let text = '';
  for await (const chunk of writeEntries(toAsync(entries), format, () => undefined)) text += chunk;
  return text;
}

async function* toAsync(entries: readonly EntryView[]): AsyncGenerator<EntryView> {
  yield* entries;
}

it('writes CSV that a strict reader reads back', async () => {
  const text = await exportText([awkward, plain], 'csv');
  const rows: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' });
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({
    account: awkward.account,
    block: awkward.block,
    amount: '-999999999999.999999',
    balance: '0.000001',
    at: '2026-11-21T18:00:00.123Z',
    usage: '{"kb":1.5}',
    grants: '[{"key":"a,b","amount":"1.5"}]',
  });
  expect(rows[1]).toMatchObject({ amount: '5', charged: '', run: '', usage: '' });
});

it('writes the header of an empty export', async () => {
  expect(await exportText([], 'csv')).toMatch(/^account,seq,at,kind,amount,balance,.*\r\n$/);
});

it('writes one JSON object a line', async () => {
  const lines = (await exportText([awkward, plain], 'jsonl')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { account: awkward.account, amount: '-999999999999.999999' },
    { account: 'b', seq: 2 },
  ]);
});

it.each([0, 1, 2])('writes %i entries as one JSON list', async (count) => {
  const list: unknown = JSON.parse(await exportText([awkward, plain].slice(0, count), 'json'));
  expect(list).toHaveLength(count);
});

it('hands on large exports in pieces and counts every entry', async () => {
  const many = Array.from({ length: 2_000 }, (_, index) => ({ ...plain, seq: BigInt(index + 1) }));
  let counted = 0;
  const chunks: string[] = [];
  for await (const chunk of writeEntries(toAsync(many), 'jsonl', () => (counted += 1)))
    chunks.push(chunk);
  expect(counted).toBe(2_000);
  expect(chunks.length).toBeGreaterThan(1);
  expect(chunks.join('').trimEnd().split('\n')).toHaveLength(2_000);
});
