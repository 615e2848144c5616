/**
 * Lists: newest first, `limit` at a time, with a cursor that is the id of a row already seen.
 */
import type { List } from '../state/rendering';
import { missing } from './errors';

const LIMIT = 10;

interface Paging {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
}

/** `rows` in the order of the list. */
export function page<T extends { id: string }>(rows: T[], paging: Paging, url: string): List<T> {
  const limit = paging.limit ?? LIMIT;
  if (paging.ending_before) {
    const end = find(rows, paging.ending_before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: rows.slice(start, end), has_more: start > 0, url };
  }
  const start = paging.starting_after ? find(rows, paging.starting_after, 'starting_after') + 1 : 0;
  const data = rows.slice(start, start + limit);
  return { object: 'list', data, has_more: start + limit < rows.length, url };
}

function find(rows: { id: string }[], id: string, param: string): number {
  const at = rows.findIndex((row) => row.id === id);
  if (at < 0) throw missing('object', id, param);
  return at;
}

type Range = number | Partial<Record<'gt' | 'gte' | 'lt' | 'lte', number | undefined>> | undefined;

export function isWithin(created: number, range: Range): boolean {
  if (range === undefined) return true;
  if (typeof range === 'number') return created === range;
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return created > gt && created >= gte && created < lt && created <= lte;
}
