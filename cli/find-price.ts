/** Where a quote's prices come from: a price book, a module of agents, or the example blocks. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { AnyBlock, Blocks } from '../core/contract/block';
import { isTollgateError, TollgateError } from '../core/contract/errors';
import type { PriceBook } from '../core/contract/price';
import type { PinnedPrice } from '../core/contract/reservation';
import { findPrice, validatePriceBook } from '../core/pricing/price-book';
import { readInstant, readJson } from './arguments';

export interface PriceSource {
  readonly book?: string;
  readonly agents?: string;
  readonly at?: Date;
}

/** A price, and the arguments as the block would see them. */
export interface PricedCall {
  readonly price: PinnedPrice;
  readonly args: readonly unknown[];
}

export function addPriceOptions(command: Command): Command {
  return command
    .option('--book <file>', 'price book as JSON, or a list of them (default: the example blocks)')
    .option('--agents <module>', 'prices of the blocks and books that this module exports')
    .option('--at <time>', 'prices as they hold at this time (default: now)', readInstant);
}

/** @throws PRICE_INVALID, INPUT_INVALID, CONFIG_INVALID; what it returns: PRICE_UNKNOWN */
export async function openPrices({
  book,
  agents,
  at = new Date(),
}: PriceSource): Promise<(block: string, args: readonly unknown[]) => PricedCall> {
  if (book !== undefined && agents !== undefined)
    throw new TollgateError('INPUT_INVALID', { rule: '--book or --agents, not both' });
  const { books, blocks } =
    book === undefined ? await readModule(agents) : { books: await readBooks(book), blocks: [] };
  return (name, args) => {
    const price = findPrice(books, name, at);
    if (!price) {
      const known = [...new Set(books.flatMap((one) => Object.keys(one.prices)))];
      throw new TollgateError('PRICE_UNKNOWN', { block: name, known: known.join(' | ') });
    }
    const block = blocks.find((candidate) => candidate.name === name);
    return { price, args: block ? fillDefaults(block, args) : args };
  };
}

async function readModule(path: string | undefined): Promise<{
  readonly books: readonly PriceBook[];
  readonly blocks: readonly AnyBlock[];
}> {
  const { blocksToBooks, listBlocks } = await import('../plugin/define-block.js');
  const { blocks, priceBooks = [] } = await loadBlocks(path);
  const books = [...blocksToBooks(blocks), ...priceBooks.map(validatePriceBook)];
  return { books, blocks: listBlocks(blocks) };
}

async function loadBlocks(path: string | undefined): Promise<{
  readonly blocks: Blocks;
  readonly priceBooks?: readonly PriceBook[];
}> {
  if (path === undefined) return import('../examples/agents.js');
  const { loadAgentModule } = await import('../worker/agent-module.js');
  return loadAgentModule(path);
}

async function readBooks(file: string): Promise<readonly PriceBook[]> {
  const content = readJson(await readText(file));
  return Array.isArray(content) ? content.map(validatePriceBook) : [validatePriceBook(content)];
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new TollgateError(
      'INPUT_INVALID',
      { file },
      { message: 'The price book cannot be read', cause },
    );
  }
}

/** A price asks for its own options only, so an input that is no whole input yet can be quoted too. */
function fillDefaults(block: AnyBlock, input: readonly unknown[]): readonly unknown[] {
  try {
    return block.parse(input);
  } catch (error) {
    if (isTollgateError(error, 'INPUT_INVALID')) return input;
    throw error;
  }
}
