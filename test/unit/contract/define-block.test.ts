/**
 * A block is checked when it is defined, its input before anything is reserved, and workflow code
 * sees it under its name with its own types.
 */
import { z } from 'zod';
import type { BlocksOf } from '../../../core/contract/block';
import { byOption, fixed, free } from '../../../core/pricing/prices';
import { findPrice } from '../../../core/pricing/price-book';
import {
  blocksToActivities,
  blocksToBooks,
  defineBlock,
  listBlocks,
} from '../../../plugin/define-block';

const generate = defineBlock({
  name: 'ai_text_generator',
  input: z.object({ model: z.enum(['small', 'large']).default('small'), prompt: z.string() }),
  price: byOption('model', { small: '1', large: '4' }),
  run: async ({ model, prompt }) => ({ text: `${model}: ${prompt}` }),
});
const tick = defineBlock({ name: 'tick', price: free(), version: '2027', run: async () => 7 });
const blocks = { generate, tick, other: 'not a block' };

it('gives workflow code its blocks by name, with their own types', () => {
  const use = async (proxies: BlocksOf<typeof blocks>): Promise<[string, number]> => [
    (await proxies.ai_text_generator({ prompt: 'hello' })).text,
    await proxies.tick(),
  ];
  // @ts-expect-error -- the prompt is missing
  const misuse = (proxies: BlocksOf<typeof blocks>) => proxies.ai_text_generator({});
  expect(use).not.toBe(misuse);
  expect(Object.keys(blocksToActivities(blocks))).toEqual(['ai_text_generator', 'tick']);
});

it('fills in defaults before the price is worked out', () => {
  expect(generate.parse([{ prompt: 'hello' }])).toEqual([{ model: 'small', prompt: 'hello' }]);
});

it('names the fields of an input that is not valid', () => {
  expect(() => generate.parse([{ model: 'huge' }])).toThrow(
    expect.objectContaining({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(/model: .*; prompt: .*block=ai_text_generator/),
      details: { block: 'ai_text_generator', fields: ['model', 'prompt'] },
    }),
  );
});

it('refuses to run where nobody gates it', async () => {
  await expect(generate.activity({ prompt: 'hello' })).rejects.toMatchObject({
    code: 'GATE_HEADER_MISSING',
  });
});

it('makes one book for each version that the blocks name', () => {
  const books = blocksToBooks(blocks);
  const at = new Date('2026-01-01T00:00:00Z');
  expect(findPrice(books, 'ai_text_generator', at)?.version).toBe('defined');
  expect(findPrice(books, 'tick', at)).toEqual({
    block: 'tick',
    version: '2027',
    rule: { kind: 'free' },
  });
});

it.each([
  ['a name with spaces', { name: 'my block' }, 'CONFIG_INVALID', /its name must be/],
  ['an empty version', { version: ' ' }, 'CONFIG_INVALID', /its version must not be empty/],
  [
    'a bad price',
    { price: { kind: 'fixed', credits: '-1' } as const },
    'PRICE_INVALID',
    /"price.credits".*block=tick/,
  ],
])('refuses %s when the block is defined', (_what, change, code, message) => {
  const define = () =>
    defineBlock({ name: 'tick', price: fixed('1'), run: async () => 1, ...change });
  expect(define).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

it('refuses two blocks of one name', () => {
  expect(() => listBlocks([tick, tick])).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
});
