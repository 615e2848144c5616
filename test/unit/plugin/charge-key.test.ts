/**
 * The promise: the key of a call is the one that docs/gate-header.md describes byte by byte, for ever;
 * the document's own examples are checked here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveChargeKey, deriveRunKey } from '../../../plugin/charge-key';

const startedAt = '2026-05-01T10:00:00.000Z';
const document = readFileSync(join(__dirname, '../../../docs/gate-header.md'), 'utf8');

it.each([
  { header: { scope: 'run-1', startedAt, nth: 1 } },
  { header: { scope: 'run-1/digest:2#0@1', startedAt, key: 'title' } },
])('of $header stands in the document', ({ header }) => {
  const { run, call } = deriveChargeKey('work', header);
  expect(document).toContain(`\`${run}\``);
  expect(document).toContain(`\`${call}\``);
});

it('begins with the time the tree started, so that keys sort by it', () => {
  const earlier = deriveRunKey('2026-05-01T10:00:00.000Z', 'z');
  const later = deriveRunKey('2026-05-01T10:00:00.001Z', 'a');
  expect(earlier < later).toBe(true);
  expect(deriveRunKey('2026-05-01T12:00:00.000+02:00', 'z')).toBe(earlier);
});

it('differs by block, call, key and scope', () => {
  const base = { scope: 's', startedAt, nth: 1 };
  const keys = [
    deriveChargeKey('work', base),
    deriveChargeKey('other', base),
    deriveChargeKey('work', { ...base, nth: 2 }),
    deriveChargeKey('work', { ...base, key: '1' }),
    deriveChargeKey('work', { ...base, scope: 't' }),
    deriveChargeKey('work', { ...base, startedAt: '2026-05-02T10:00:00.000Z' }),
  ];
  expect(new Set(keys.map(({ run, call }) => `${run} ${call}`)).size).toBe(keys.length);
});

it('stays the same when more runs are seen than are remembered', () => {
  const first = deriveRunKey(startedAt, 'first');
  for (let run = 0; run < 2_500; run += 1) deriveRunKey(startedAt, `run ${run}`);
  expect(deriveRunKey(startedAt, 'first')).toBe(first);
});
