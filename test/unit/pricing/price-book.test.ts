/**
 * The latest book in effect that names a block gives its price; a price that stands in the code holds
 * until a dated book names the block.
 */
import type { PriceBook } from '../../../core/contract/price';
import {
  definedBook,
  findPrice,
  parsePriceBook,
  selectBook,
} from '../../../core/pricing/price-book';
import { fixed } from '../../../core/pricing/prices';

const defined = definedBook({ list: fixed('1'), chat: fixed('2') });
const spring: PriceBook = {
  version: 'spring',
  effectiveAt: '2026-03-01T00:00:00Z',
  prices: { chat: fixed('3') },
};
const summer: PriceBook = {
  version: 'summer',
  effectiveAt: '2026-06-01T00:00:00+02:00',
  prices: { list: fixed('4') },
};
const books = [summer, defined, spring];
const day = (text: string) => new Date(`${text}Z`);

it.each([
  ['before all books', 'chat', '2026-02-28T23:59:59.999', 'defined'],
  ['at the moment one takes effect', 'chat', '2026-03-01T00:00:00', 'spring'],
  ['when a later book does not name the block', 'chat', '2026-07-01T00:00:00', 'spring'],
  ['in the zone that the book names', 'list', '2026-05-31T22:00:00', 'summer'],
  ['a millisecond before that', 'list', '2026-05-31T21:59:59.999', 'defined'],
])('finds the price %s', (_when, block, at, version) => {
  expect(findPrice(books, block, day(at))?.version).toBe(version);
});

it('knows no price for a block that no book names', () => {
  expect(findPrice(books, 'other', day('2026-07-01T00:00:00'))).toBeUndefined();
  expect(findPrice(books, 'constructor', day('2026-07-01T00:00:00'))).toBeUndefined();
});

it('gives the same pinned price each time, and selects the book in effect', () => {
  const at = day('2026-07-01T00:00:00');
  expect(findPrice(books, 'chat', at)).toBe(findPrice(books, 'chat', at));
  expect(selectBook(books, at)).toBe(summer);
  expect(selectBook([summer], day('2026-01-01T00:00:00'))).toBeUndefined();
});

it('lets the last of two books of one time hold', () => {
  const again: PriceBook = { ...spring, version: 'spring-2' };
  expect(findPrice([spring, again], 'chat', day('2026-07-01T00:00:00'))?.version).toBe('spring-2');
});

const read = (change: object) => () => parsePriceBook(JSON.stringify({ ...spring, ...change }));

it('reads a book from JSON', () => {
  expect(read({})()).toEqual(spring);
});

it.each([
  ['no version', { version: '' }, /"version" must be text/],
  ['a time that is none', { effectiveAt: 'soon' }, /"effectiveAt" must be an ISO time/],
  [
    'a time without a zone',
    { effectiveAt: '2026-03-01T00:00:00' },
    /"effectiveAt" must be an ISO time/,
  ],
  ['a day that does not exist', { effectiveAt: '2026-13-01' }, /"effectiveAt" must be an ISO time/],
  ['prices as a list', { prices: [] }, /"prices" must be an object/],
  ['a field nobody reads', { price: {} }, /"price" is not a field of a price book/],
  [
    'a bad rule',
    { prices: { chat: { kind: 'fixed', credits: '1.1234567' } } },
    /"prices.chat.credits" must be a plain decimal.*block=chat/,
  ],
])('refuses a book with %s', (_what, change, message) => {
  expect(read(change)).toThrow(
    expect.objectContaining({ code: 'PRICE_INVALID', message: expect.stringMatching(message) }),
  );
});

it.each(['', '{', 'null', '[]', '3'])('refuses %j as a book', (json) => {
  expect(() => parsePriceBook(json)).toThrow(expect.objectContaining({ code: 'PRICE_INVALID' }));
});
