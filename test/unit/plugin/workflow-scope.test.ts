/**
 * The promise: scopes are equal where a run is the same to its owner, and no two different places in a
 * tree of runs can spell the same one.
 */
import type { RunHeader } from '../../../core/contract/gate-header';
import {
  headerForChild,
  headerForContinued,
  identifyRun,
  type RunInfo,
} from '../../../plugin/workflow-scope';

const info = (over: Partial<RunInfo> = {}): RunInfo => ({
  originalExecutionRunId: 'root-id',
  startTime: new Date('2026-05-01T10:00:00Z'),
  attempt: 1,
  ...over,
});
const identify = (header: RunHeader | undefined, over: Partial<RunInfo> = {}) =>
  identifyRun(info(over), header, undefined, undefined);

const root = identify({
  v: 1,
  account: 'acme',
  agent: 'digest',
  member: 'seat-1',
  schedule: 's-1',
});
const child = (type: string, nth: number) => headerForChild(root, type, nth, undefined);
const scopeOf = (header: RunHeader, over: Partial<RunInfo> = {}) =>
  identify(header, over).base.scope;

it('a root goes by its own id', () => {
  expect(root.base).toEqual({
    v: 1,
    account: 'acme',
    agent: 'digest',
    member: 'seat-1',
    schedule: 's-1',
    scope: 'root-id',
    startedAt: '2026-05-01T10:00:00.000Z',
  });
});

it('a child goes by its place, whatever its own id and start time', () => {
  const one = identify(child('digest', 2), { originalExecutionRunId: 'a' });
  const again = identify(child('digest', 2), {
    originalExecutionRunId: 'b',
    startTime: new Date('2026-05-02T00:00:00Z'),
  });
  expect(again.base).toEqual(one.base);
  expect(one.base).toMatchObject({
    scope: 'root-id/digest:2#0@1',
    parent: 'root-id',
    account: 'acme',
  });
});

it('a child is its own agent, and has the seat and the schedule of its parent', () => {
  expect(child('digest', 1)).not.toHaveProperty('agent');
  expect(child('digest', 1)).toMatchObject({ member: 'seat-1', schedule: 's-1' });
});

it('every attempt, generation, place and level is another scope', () => {
  const first = child('a', 1);
  const inner = (type: string) => headerForChild(identify(first), type, 1, undefined);
  const scopes = [
    scopeOf(first),
    scopeOf(first, { attempt: 2 }),
    scopeOf(headerForContinued(identify(first))),
    scopeOf(headerForContinued(identify(headerForContinued(identify(first))))),
    scopeOf(child('a', 2)),
    scopeOf(child('b', 1)),
    scopeOf(inner('b')),
    // Types that spell the separators themselves.
    scopeOf(child('a:1#0@1/b', 1)),
    scopeOf(child('a:1', 1)),
    scopeOf(first, { cronSchedule: '@every 1s', originalExecutionRunId: 'tick-1' }),
    scopeOf(first, { cronSchedule: '@every 1s', originalExecutionRunId: 'tick-2' }),
  ];
  expect(new Set(scopes).size).toBe(scopes.length);
});

it('a root that continues as new carries whom it charges, and no place', () => {
  expect(headerForContinued(root)).toEqual({
    v: 1,
    account: 'acme',
    agent: 'digest',
    member: 'seat-1',
    schedule: 's-1',
  });
});

it('a memo names the account where no header does', () => {
  const memo = { account: 'by memo', agent: 'x' };
  expect(identifyRun(info(), undefined, memo, 's-2').base).toMatchObject({
    ...memo,
    schedule: 's-2',
  });
  expect(identifyRun(info(), { v: 1, account: 'h' }, memo, undefined).base.account).toBe('h');
  expect(headerForChild(root, 'a', 1, memo).account).toBe('by memo');
});
