/**
 * Request parameters. A form knows only strings, so each kind here reads a string; an empty string unsets
 * where Stripe says so. Schemas are closed: an unknown parameter is refused, as Stripe refuses it.
 */
import { z } from 'zod';
import { invalid, type Refusal } from './errors';

const METADATA_KEYS = 50;
const METADATA_KEY_LENGTH = 40;
const METADATA_VALUE_LENGTH = 500;

export const text = z.string().max(5_000);
export const id = z.string().min(1);
export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/, 'Invalid integer')
  .transform(Number);
export const quantity = integer.pipe(z.number().min(0));
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
/** Seconds. */
export const instant = integer.pipe(z.number().min(0));

/** The value, or null where an empty string was sent. */
export function emptyable<T extends z.ZodType>(
  schema: T,
): z.ZodUnion<[z.ZodPipe<z.ZodLiteral<''>, z.ZodTransform<null, ''>>, T]> {
  return z.union([z.literal('').transform((): null => null), schema]);
}

export const metadata = z.union([
  z.literal('').transform((): null => null),
  z
    .record(z.string().max(METADATA_KEY_LENGTH), z.string().max(METADATA_VALUE_LENGTH))
    .refine((it) => Object.keys(it).length <= METADATA_KEYS, 'at most 50 keys'),
]);

const expand = z.array(z.string()).optional();

/** Stripe's rule: keys are merged, an empty value removes its key, an empty string removes all. */
export function mergeMetadata(
  before: Record<string, string> | null,
  given: Record<string, string> | null | undefined,
): Record<string, string> {
  if (given === undefined) return before ?? {};
  if (given === null) return {};
  const merged = Object.entries({ ...before, ...given });
  return Object.fromEntries(merged.filter(([, value]) => value !== ''));
}

/** For rows: a parameter that was not given changes nothing. */
export function withoutUndefined<T extends object>(
  given: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

export const created = z
  .union([
    instant,
    z.strictObject({
      gt: instant.optional(),
      gte: instant.optional(),
      lt: instant.optional(),
      lte: instant.optional(),
    }),
  ])
  .optional();

export const paging = {
  limit: integer.pipe(z.number().min(1).max(100)).optional(),
  starting_after: id.optional(),
  ending_before: id.optional(),
  expand,
};

export function readParams<T extends z.ZodType>(schema: T, given: unknown): z.output<T> {
  const read = schema.safeParse(given ?? {});
  if (read.success) return read.data;
  throw describe(deepest(read.error.issues), given);
}

type Issue = z.core.$ZodIssue;

/** Of a union's refusals the one that came furthest into what was given. */
function deepest(issues: Issue[], path: PropertyKey[] = []): { issue: Issue; path: PropertyKey[] } {
  const found = issues.map((issue) => {
    const here = [...path, ...issue.path];
    if (issue.code !== 'invalid_union') return { issue, path: here };
    return issue.errors
      .map((branch) => deepest(branch, here))
      .reduce((best, next) => (next.path.length > best.path.length ? next : best));
  });
  // Zod gives at least one issue with every refusal.
  return found[0] as { issue: Issue; path: PropertyKey[] };
}

function describe(found: { issue: Issue; path: PropertyKey[] }, given: unknown): Refusal {
  const { issue, path } = found;
  if (issue.code === 'unrecognized_keys') {
    const param = bracket([...path, issue.keys[0] ?? '']);
    return invalid(`Received unknown parameter: ${param}`, param, 'parameter_unknown');
  }
  const param = bracket(path);
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    given,
  );
  if (value === undefined) {
    return invalid(`Missing required param: ${param}.`, param, 'parameter_missing');
  }
  if (value === '') {
    const message = `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`;
    return invalid(message, param, 'parameter_invalid_empty');
  }
  if (issue.message === 'Invalid integer') {
    return invalid(`Invalid integer: ${String(value)}`, param, 'parameter_invalid_integer');
  }
  return invalid(`Invalid ${param}: ${issue.message}`, param);
}

function bracket(path: PropertyKey[]): string {
  return path.map((key, index) => (index === 0 ? String(key) : `[${String(key)}]`)).join('');
}
