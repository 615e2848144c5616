/**
 * The convenient way to make a priced activity: one definition holds its name, its input, its price
 * and what it does. A definition is checked when it is made, so a bad price stops the worker at its
 * start and not an agent in the middle of a run.
 */
import { Context, type Info } from '@temporalio/activity';
import type { AnyBlock, Block, BlockArgs, Blocks, Meter, OnFailure } from '../core/contract/block';
import { TollgateError } from '../core/contract/errors';
import type { PriceBook, PriceRule } from '../core/contract/price';
import type { Overrun } from '../core/contract/reservation';
import { DEFINED_VERSION, definedBook } from '../core/pricing/price-book';
import { validatePriceRule } from '../core/pricing/validate-price-rule';
import { findMeter } from './meter';

const NAME = /^[A-Za-z_][A-Za-z0-9_.:/-]{0,127}$/;
const MAX_SHOWN_ISSUES = 5;

/** A zod schema, or anything that answers like one. */
export interface InputSchema<Input, Given = Input> {
  safeParse(value: unknown): ParsedInput<Input>;
  /** Only a type: what callers may give, before defaults and transformations. */
  readonly _input?: Given;
}

export type ParsedInput<Input> =
  | { readonly success: true; readonly data: Input }
  | { readonly success: false; readonly error: { readonly issues: readonly InputIssue[] } };

export interface InputIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a block is given beside its input. */
export interface BlockContext {
  readonly meter: Meter;
  /** Tells Temporal that the block is alive; the only way for it to hear of a cancellation. */
  heartbeat(details?: unknown): void;
  /** Aborts when the run cancels the block or the worker shuts down. */
  readonly signal: AbortSignal;
  readonly info: Info;
}

export interface BlockDefinition<Name extends string, Input, Given, Output> {
  /** The activity type: unique among the blocks of a worker. */
  readonly name: Name;
  /** Without it the block takes no input. */
  readonly input?: InputSchema<Input, Given>;
  readonly price: PriceRule;
  /** Names this price in receipts; change it together with the price. Default `defined`. */
  readonly version?: string;
  /**
   * When the final price is above what was reserved: `draw` takes the rest from what is available,
   * `cap` charges no more than was reserved. Default `draw`.
   */
  readonly overrun?: Overrun;
  /** When the block fails for good: give all back, or charge what it had metered. Default `release`. */
  readonly onFailure?: OnFailure;
  run(input: Input, context: BlockContext): Promise<Output>;
}

/** @throws CONFIG_INVALID, PRICE_INVALID */
export function defineBlock<const Name extends string, Output, Input = void, Given = Input>(
  definition: BlockDefinition<Name, Input, Given, Output>,
): Block<Name, Given, Output> {
  const { name, input, version = DEFINED_VERSION } = definition;
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw refuseDefinition(
      String(name),
      'name',
      'must be a letter, then letters, digits or _ . : / -',
    );
  }
  if (typeof definition.run !== 'function')
    throw refuseDefinition(name, 'run', 'must be a function');
  if (version.trim() === '') throw refuseDefinition(name, 'version', 'must not be empty');
  const price = validatePriceRule(name, definition.price);
  const parse = (args: readonly unknown[]): readonly unknown[] =>
    input ? [parseInput(name, input, args[0]), ...args.slice(1)] : args;
  return {
    kind: 'tollgate.block',
    name,
    price,
    version,
    overrun: definition.overrun ?? 'draw',
    onFailure: definition.onFailure ?? 'release',
    parse,
    activity: async (...args: BlockArgs<Given>) => {
      // `parse` gives the schema's own output first, or what was given when there is no schema.
      const [parsed] = parse(args) as readonly [Input];
      return definition.run(parsed, blockContext(name));
    },
  };
}

/** Activities for a worker, by name. The plugin registers them by itself. */
export function blocksToActivities(blocks: Blocks): Record<string, AnyBlock['activity']> {
  return Object.fromEntries(listBlocks(blocks).map((block) => [block.name, block.activity]));
}

/** The price books that the blocks' own definitions make: one for each version they name. */
export function blocksToBooks(blocks: Blocks): readonly PriceBook[] {
  const byVersion = new Map<string, Record<string, PriceRule>>();
  for (const { name, version, price } of listBlocks(blocks)) {
    byVersion.set(version, { ...byVersion.get(version), [name]: price });
  }
  return [...byVersion].map(([version, prices]) => definedBook(prices, version));
}

/** @throws CONFIG_INVALID when two blocks have one name. */
export function listBlocks(blocks: Blocks): readonly AnyBlock[] {
  const found = (Array.isArray(blocks) ? blocks : Object.values(blocks)).filter(isBlock);
  const seen = new Set<string>();
  for (const { name } of found) {
    if (seen.has(name)) throw refuseDefinition(name, 'name', 'is given to two blocks');
    seen.add(name);
  }
  return found;
}

function isBlock(value: unknown): value is AnyBlock {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'tollgate.block'
  );
}

/** A block that nobody gates would run for nothing, so it is refused. */
function blockContext(block: string): BlockContext {
  const meter = findMeter();
  if (!meter) throw new TollgateError('GATE_HEADER_MISSING', { block });
  const { info, cancellationSignal } = Context.current();
  return {
    meter,
    info,
    signal: cancellationSignal,
    heartbeat: (details) => Context.current().heartbeat(details),
  };
}

function parseInput<Input>(
  block: string,
  schema: InputSchema<Input, unknown>,
  given: unknown,
): Input {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const shown = issues
    .slice(0, MAX_SHOWN_ISSUES)
    .map(({ path, message }) => `${path.map(String).join('.') || '(the input itself)'}: ${message}`)
    .join('; ');
  throw new TollgateError(
    'INPUT_INVALID',
    {
      block,
      fields: issues.slice(0, MAX_SHOWN_ISSUES).map(({ path }) => path.map(String).join('.')),
    },
    { message: `The input is not valid: ${shown}` },
  );
}

function refuseDefinition(block: string, field: string, reason: string): TollgateError {
  return new TollgateError(
    'CONFIG_INVALID',
    { block, field },
    {
      message: `A block is not defined correctly: its ${field} ${reason}`,
    },
  );
}
