/** Promise: times and spans read the same everywhere, without a locale or a time zone. */
import { writeCount } from '../../../core/contract/counted';
import { writeInstant, writeSpan, writeUsage } from '../../../cli/wording';

it.each([
  ['2026-12-31T00:00:00.000Z', '2026-12-31'],
  ['2026-12-31T18:05:09.900Z', '2026-12-31 18:05:09Z'],
])('writes the instant %s as %s', (iso, text) => {
  expect(writeInstant(new Date(iso))).toBe(text);
});

it.each([
  [-5, '0s'],
  [999, '0s'],
  [59_999, '59s'],
  [61_000, '1m 1s'],
  [3_600_000, '1h 0m'],
  [90_061_000, '1d 1h'],
])('writes %i ms as %s', (ms, text) => {
  expect(writeSpan(ms)).toBe(text);
});

it('writes usage by unit and counts with their noun', () => {
  expect(writeUsage({ kb: 1.5, token: 20 })).toBe('1.5 kb, 20 token');
  expect(writeUsage(undefined)).toBe('');
  expect([writeCount(1, 'block'), writeCount(2n, 'block')]).toEqual(['1 block', '2 blocks']);
  expect(writeCount(0, 'entry', 'entries')).toBe('0 entries');
});
