/**
 * What an endpoint of the API is: a method, a path, a closed schema of its parameters, and a function from
 * them to an answer. Everything else (keys, forms, idempotency, expansion) is wire/app.ts's.
 */
import type { z } from 'zod';
import type { World } from '../state/world';
import { readParams } from './params';

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  answer(world: World, ids: Record<string, string>, given: unknown): object;
}

type Answer<T> = (world: World, params: T, ids: Record<string, string>) => object;

/** A route whose parameters are read by `schema` before `answer` sees them. */
export function route<T extends z.ZodType>(
  method: Route['method'],
  path: string,
  schema: T,
  answer: Answer<z.output<T>>,
): Route {
  return {
    method,
    path,
    answer: (world, ids, given) => answer(world, readParams(schema, given), ids),
  };
}
