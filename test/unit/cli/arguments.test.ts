/** Promise: what people type is read exactly, or refused with the code of the table. */
import {
  readAmount,
  readFutureInstant,
  readInstant,
  readJson,
  readLimit,
  readPort,
  readPriority,
  readRunKey,
  readSequence,
} from '../../../cli/arguments';

describe('amounts', () => {
  it.each([
    ['12.5', 12_500_000n],
    ['0.000001', 1n],
    ['1000000', 1_000_000_000_000n],
  ])('reads %s', (text, amount) => {
    expect(readAmount(text)).toBe(amount);
  });

  it.each(['0', '-5', '1.0000001', '1e3', 'ten', '', '0x10', '1,5', '99999999999999'])(
    'refuses "%s"',
    (text) => {
      expect(() => readAmount(text)).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID' }));
    },
  );
});

describe('times', () => {
  it.each([
    ['2026-12-31', '2026-12-31T00:00:00.000Z'],
    ['2026-12-31T18:00Z', '2026-12-31T18:00:00.000Z'],
    ['2026-12-31T18:00:00.5+02:00', '2026-12-31T16:00:00.500Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ])('reads %s', (text, iso) => {
    expect(readInstant(text).toISOString()).toBe(iso);
  });

  it.each([
    '2026-02-30',
    '2026-13-01',
    '2026-12-31T25:00Z',
    '2026-12-31T18:00',
    '31.12.2026',
    'tomorrow',
    '2026',
    '',
  ])('refuses "%s"', (text) => {
    expect(() => readInstant(text)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('refuses an expiry that has passed', () => {
    expect(() => readFutureInstant('2020-01-01')).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
  });
});

describe('everything else', () => {
  it('reads ports, 0 among them', () => {
    expect([readPort('0'), readPort('65535')]).toEqual([0, 65_535]);
    for (const text of ['-1', '65536', '80a', '']) {
      expect(() => readPort(text)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    }
  });

  it.each([
    ['a page of no rows', () => readLimit('0')],
    ['a page beyond the limit', () => readLimit('1001')],
    ['half a row', () => readLimit('1.5')],
    ['a priority that is no number', () => readPriority('high')],
    ['a priority beyond 16 bits', () => readPriority('40000')],
    ['a negative sequence number', () => readSequence('-1')],
    ['a run key that is none', () => readRunKey('my-workflow')],
    ['text that is not JSON', () => readJson('{model: large}')],
  ])('refuses %s', (_what, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
  });

  it('reads what is in bounds', () => {
    expect(readLimit('1000')).toBe(1000);
    expect(readPriority('-1')).toBe(-1);
    expect(readSequence('42')).toBe('42');
    expect(readJson('{"model":"large"}')).toEqual({ model: 'large' });
  });
});
