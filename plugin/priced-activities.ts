/**
 * Which activities are priced, and how. A price comes from the block's own definition or from a price
 * book; a book may also name an activity that is no block.
 */
import type { AnyBlock, Blocks, OnFailure } from '../core/contract/block';
import type { PriceBook } from '../core/contract/price';
import type { Overrun, PinnedPrice } from '../core/contract/reservation';
import { findPrice, validatePriceBook } from '../core/pricing/price-book';
import { blocksToBooks, listBlocks } from './define-block';

export interface PricedActivity {
  readonly price: PinnedPrice;
  readonly overrun: Overrun;
  readonly onFailure: OnFailure;
  /** The arguments as the block will see them. @throws INPUT_INVALID */
  parse(args: readonly unknown[]): readonly unknown[];
}

/** @throws CONFIG_INVALID, PRICE_INVALID */
export function readPrices(
  blocks: Blocks,
  priceBooks: readonly PriceBook[],
): (activityType: string) => PricedActivity | undefined {
  const byName = new Map<string, AnyBlock>(listBlocks(blocks).map((block) => [block.name, block]));
  const books = [...blocksToBooks(blocks), ...priceBooks.map(validatePriceBook)];
  return (activityType) => {
    const price = findPrice(books, activityType, new Date());
    if (!price) return undefined;
    const block = byName.get(activityType);
    return {
      price,
      overrun: block?.overrun ?? 'draw',
      onFailure: block?.onFailure ?? 'release',
      parse: block ? (args) => block.parse(args) : (args) => args,
    };
  };
}
