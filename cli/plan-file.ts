/** Reads a plan: a JSON list of calls, from a file or from stdin. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { TollgateError } from '../core/contract/errors';
import { readJson } from './arguments';

export interface PlanEntry {
  readonly block: string;
  readonly args: readonly unknown[];
  readonly count: number;
}

const FIELDS = ['block', 'input', 'args', 'count'];
const MAX_CALLS = 1_000;

/** @param file `-` for stdin. @throws INPUT_INVALID, naming the place */
export async function readPlan(file: string): Promise<readonly PlanEntry[]> {
  const plan = readJson(await readText(file));
  if (!Array.isArray(plan) || plan.length === 0 || plan.length > MAX_CALLS)
    throw invalid('plan', `a list of 1 to ${MAX_CALLS} calls, each { block, input, count }`);
  return plan.map(readEntry);
}

function readEntry(entry: unknown, place: number): PlanEntry {
  const at = (field: string): string => `[${place}].${field}`;
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    throw invalid(`[${place}]`, 'an object { block, input, count }');
  const { block, input, args, count = 1 } = entry as Readonly<Record<string, unknown>>; // An object, as was just checked.
  const other = Object.keys(entry).find((field) => !FIELDS.includes(field));
  if (other !== undefined) throw invalid(at(other), `one of ${FIELDS.join(', ')}`);
  if (typeof block !== 'string' || block === '') throw invalid(at('block'), 'name of a block');
  if (args !== undefined && (!Array.isArray(args) || input !== undefined))
    throw invalid(at('args'), 'a list of all arguments, in place of `input`');
  if (typeof count !== 'number') throw invalid(at('count'), 'a whole number');
  return { block, args: args ?? (input === undefined ? [] : [input]), count };
}

async function readText(file: string): Promise<string> {
  if (file === '-') return text(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new TollgateError(
      'INPUT_INVALID',
      { file },
      { message: 'The plan cannot be read', cause },
    );
  }
}

function invalid(field: string, rule: string): TollgateError {
  return new TollgateError('INPUT_INVALID', { field, rule });
}
