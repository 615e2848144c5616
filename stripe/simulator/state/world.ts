/**
 * The simulator's whole state: a table of rows for each kind of object, a counter for ids, and the time.
 * Everything that changes it runs inside `atomically`, which takes every change back when it throws, so a
 * request that is refused leaves nothing behind. Rows are replaced, never changed in place.
 */
import type { AnyRow, EventRow, Rows, Table } from './rows';
import { makeId } from './ids';
import { DEFAULT_SETTINGS, type Settings } from './settings';
import { createTime, type Time } from './time';

export interface RequestMark {
  id: string | null;
  idempotency_key: string | null;
}

export interface World extends Time {
  /** Changed from outside, through the control API; not taken back with a request. */
  settings: Settings;
  get<T extends Table>(table: T, id: string | null | undefined): Rows[T] | undefined;
  /** Throws when there is no such row: for links that the simulator made itself. */
  need<T extends Table>(table: T, id: string | null | undefined): Rows[T];
  /** Oldest first. */
  all<T extends Table>(table: T): Rows[T][];
  put<R extends AnyRow>(row: R): R;
  remove(table: Table, id: string): void;
  newId(prefix: string): string;
  /** Where the simulator is reached; its pages' addresses begin with it. */
  url(): string;
  setUrl(url: string): void;
  /** By invoice, the endpoints that have refused its `invoice.created`; the draft waits for each of them. */
  refusedDrafts: Map<string, Set<string>>;
  /** All or nothing, except for a refusal that says it keeps what was done. */
  atomically<T>(work: () => T): T;
  /** Runs work and takes all of it back: what would be. */
  rehearse<T>(work: () => T): T;
  /** The API request in whose name events are made; null for what the simulator does by itself. */
  request: RequestMark;
  /** Hears of events once the change that made them is kept. */
  onEvents(listener: (events: EventRow[]) => void): void;
}

const NO_REQUEST: RequestMark = { id: null, idempotency_key: null };

export function createWorld(options: { seed: string; clock: () => number }): World {
  const tables = new Map<Table, Map<string, AnyRow>>();
  const listeners: ((events: EventRow[]) => void)[] = [];
  let undo: (() => void)[] | undefined;
  let made: EventRow[] = [];
  let counter = 0;
  let url = 'http://127.0.0.1';

  const tableOf = (name: Table): Map<string, AnyRow> => {
    const table = tables.get(name) ?? new Map<string, AnyRow>();
    tables.set(name, table);
    return table;
  };
  const remember = (name: Table, id: string): void => {
    const before = tableOf(name).get(id);
    undo?.push(() => (before ? tableOf(name).set(id, before) : tableOf(name).delete(id)));
  };
  const takeBack = (steps: (() => void)[], count: number): void => {
    steps.reverse().forEach((step) => step());
    counter = count;
  };

  const tell = (): void => listeners.forEach((listener) => listener(made));

  const world: World = {
    request: NO_REQUEST,
    settings: { ...DEFAULT_SETTINGS },
    // The tables are keyed by the rows' own `object`, so a row has its table's type.
    get: <T extends Table>(name: T, id: string | null | undefined) =>
      id ? (tableOf(name).get(id) as Rows[T] | undefined) : undefined,
    need(name, id) {
      const row = world.get(name, id);
      if (!row) throw new Error(`the simulator has lost ${name} ${String(id)}`);
      return row;
    },
    all: <T extends Table>(name: T) => [...tableOf(name).values()] as Rows[T][],
    put(row) {
      remember(row.object, row.id);
      // An event that is kept again has only been delivered.
      if (row.object === 'event' && !tableOf('event').has(row.id)) made.push(row);
      tableOf(row.object).set(row.id, row);
      return row;
    },
    remove(name, id) {
      remember(name, id);
      tableOf(name).delete(id);
    },
    newId: (prefix) => makeId(options.seed, prefix, (counter += 1)),
    url: () => url,
    setUrl(given) {
      url = given;
    },
    ...createTime(options.clock, (id) => world.get('test_helpers.test_clock', id)?.frozen_time),
    refusedDrafts: new Map(),
    atomically(work) {
      if (undo) return work();
      const count = counter;
      undo = [];
      try {
        const result = work();
        tell();
        return result;
      } catch (error) {
        if (keepsChanges(error)) tell();
        else takeBack(undo, count);
        throw error;
      } finally {
        undo = undefined;
        made = [];
      }
    },
    rehearse(work) {
      const outer = { undo, made, count: counter };
      undo = [];
      made = [];
      try {
        return work();
      } finally {
        takeBack(undo, outer.count);
        undo = outer.undo;
        made = outer.made;
      }
    },
    onEvents(listener) {
      listeners.push(listener);
    },
  };
  return world;
}

function keepsChanges(error: unknown): boolean {
  return error instanceof Error && 'keepsChanges' in error && error.keepsChanges === true;
}
