/**
 * All prices of one version, and which of several versions holds. A price that a block was defined
 * with counts as the earliest book there is, so any dated book that names the block goes before it.
 */
import { TollgateError, isTollgateError } from '../contract/errors';
import type { PriceBook, PriceRule } from '../contract/price';
import type { PinnedPrice } from '../contract/reservation';
import { refusePrice, validatePriceRule } from './validate-price-rule';

/** Version of the prices that blocks were defined with, unless they name another. */
export const DEFINED_VERSION = 'defined';
const MAX_BLOCKS_PER_BOOK = 10_000;

const MAX_VERSION_LENGTH = 100;
const BEFORE_ALL_BOOKS = '1970-01-01T00:00:00.000Z';
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** What is worked out once per book: its time as a number, and one pinned price per block. */
interface ReadBook {
  readonly effectiveMs: number;
  readonly pinned: ReadonlyMap<string, PinnedPrice>;
}

/** Only a memory of what a book says, so it changes nothing that a caller can see. */
const readBooks = new WeakMap<PriceBook, ReadBook>();

/** The implicit book of prices that stand in the code. */
export function definedBook(
  prices: Readonly<Record<string, PriceRule>>,
  version = DEFINED_VERSION,
): PriceBook {
  return { version, effectiveAt: BEFORE_ALL_BOOKS, prices };
}

/** Reads a book from JSON text, as it stands in a file. @throws PRICE_INVALID */
export function parsePriceBook(json: string): PriceBook {
  try {
    return validatePriceBook(JSON.parse(json));
  } catch (cause) {
    if (isTollgateError(cause)) throw cause;
    throw new TollgateError(
      'PRICE_INVALID',
      {},
      { message: `The price book is not valid JSON: ${String(cause)}`, cause },
    );
  }
}

/** Gives back a clean copy of a book. @throws PRICE_INVALID */
export function validatePriceBook(book: unknown): PriceBook {
  if (!isObject(book)) return refusePrice({ field: 'book' }, 'must be an object');
  const { version, effectiveAt, prices } = book;
  if (typeof version !== 'string' || !version.trim() || version.length > MAX_VERSION_LENGTH) {
    return refusePrice(
      { field: 'version' },
      `must be text of 1 to ${MAX_VERSION_LENGTH} characters`,
    );
  }
  if (
    typeof effectiveAt !== 'string' ||
    !ISO_TIME.test(effectiveAt) ||
    Number.isNaN(Date.parse(effectiveAt))
  ) {
    return refusePrice(
      { field: 'effectiveAt' },
      'must be an ISO time, such as "2027-01-01T00:00:00Z"',
    );
  }
  if (!isObject(prices))
    return refusePrice({ field: 'prices' }, 'must be an object of prices by block');
  const entries = Object.entries(prices);
  if (entries.length > MAX_BLOCKS_PER_BOOK)
    refusePrice({ field: 'prices' }, `may price at most ${MAX_BLOCKS_PER_BOOK} blocks`);
  const other = Object.keys(book).find(
    (name) => !['version', 'effectiveAt', 'prices'].includes(name),
  );
  if (other !== undefined) refusePrice({ field: other }, 'is not a field of a price book');
  return {
    version,
    effectiveAt,
    prices: Object.fromEntries(
      entries.map(([block, rule]) => [block, validatePriceRule(block, rule, `prices.${block}`)]),
    ),
  };
}

/** The book that holds at this time: of those in effect the latest, of equals the last given. */
export function selectBook(books: readonly PriceBook[], at: Date): PriceBook | undefined {
  return latestBook(books, at.getTime(), () => true);
}

/**
 * The price of a block at this time, from the latest book in effect that names the block. The same
 * object comes back for the same book and block, so that callers can remember what they made of it.
 */
export function findPrice(
  books: readonly PriceBook[],
  block: string,
  at: Date,
): PinnedPrice | undefined {
  const book = latestBook(books, at.getTime(), (candidate) =>
    readBook(candidate).pinned.has(block),
  );
  return book && readBook(book).pinned.get(block);
}

function latestBook(
  books: readonly PriceBook[],
  atMs: number,
  accept: (book: PriceBook) => boolean,
): PriceBook | undefined {
  let found: PriceBook | undefined;
  let foundMs = -Infinity;
  for (const book of books) {
    const { effectiveMs } = readBook(book);
    if (effectiveMs > atMs || effectiveMs < foundMs || !accept(book)) continue;
    found = book;
    foundMs = effectiveMs;
  }
  return found;
}

function readBook(book: PriceBook): ReadBook {
  const known = readBooks.get(book);
  if (known) return known;
  const read: ReadBook = {
    effectiveMs: Date.parse(book.effectiveAt),
    pinned: new Map(
      Object.entries(book.prices).map(([block, rule]) => [
        block,
        { block, version: book.version, rule },
      ]),
    ),
  };
  readBooks.set(book, read);
  return read;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
