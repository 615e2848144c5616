/**
 * The promise: at zero credits a run stops at the refused block and says what to do; what is running
 * beside it finishes and settles; the same agent runs again after a grant.
 */
import { isInsufficientCredits, readInsufficientCredits, readRunCredits } from '../../client';
import { credits } from '../../index';
import { createDoor } from './support/blocks';
import { openHouse, whenIdle, whenRunning, type GatedHouse } from './support/gated-house';
import type { TestWorker } from '../support/temporal';

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker();
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

const work = { call: 'work', input: { label: 'halting' } } as const;

async function failureOf(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a run without credits', () => {
  it('ends at the refused block under INSUFFICIENT_CREDITS, and keeps what it had done', async () => {
    const account = await house.fund('7');
    const handle = await house.start(account, [work, work, work, work]);
    const failure = await failureOf(handle.result());
    expect(failure).toMatchObject({
      cause: { type: 'INSUFFICIENT_CREDITS', nonRetryable: true, category: 'BENIGN' },
    });
    expect(isInsufficientCredits(failure)).toBe(true);
    expect(readInsufficientCredits(failure)).toEqual({
      account,
      block: 'work',
      needed: '3',
      available: '1',
      reserved: '0',
      reason: 'EXHAUSTED',
      ways: ['top-up', 'upgrade'],
    });
    expect(await readRunCredits(handle)).toMatchObject({ spent: '6', blocks: 2 });
  });

  it('is not tried again by its own retry policy', async () => {
    const account = await house.fund('0.5');
    const handle = await house.start(account, [work], { retry: { initialInterval: '10ms' } });
    expect(isInsufficientCredits(await failureOf(handle.result()))).toBe(true);
    const { status } = await handle.describe();
    expect(status.name).toBe('FAILED');
  });

  it('is refused at its first block the next time, and runs after a grant', async () => {
    const account = await house.fund('3');
    await house.execute(account, [work]);
    expect(isInsufficientCredits(await failureOf(house.execute(account, [work])))).toBe(true);
    await house.ledger.grant({ account, amount: credits('3'), key: 'more', source: 'top-up' });
    expect(await house.execute(account, [work])).toEqual(['halting']);
  });

  it('lets its author catch the refusal and go on', async () => {
    const account = await house.fund('2');
    const results = await house.execute(account, [
      { ...work, catchRefusal: true },
      { call: 'other_work', input: { label: 'cheaper' } },
    ]);
    expect(results).toEqual([expect.objectContaining({ needed: '3', available: '2' }), 'cheaper']);
  });

  it('ends its parent under the same type', async () => {
    const account = await house.fund('1');
    const failure = await failureOf(house.execute(account, [{ child: [{ child: [work] }] }]));
    expect(failure).toMatchObject({ cause: { type: 'INSUFFICIENT_CREDITS' } });
    expect(readInsufficientCredits(failure)).toMatchObject({ account, needed: '3' });
  });
});

describe('a refusal', () => {
  it('leaves running siblings to finish and settle', async () => {
    const account = await house.fund('7');
    const door = createDoor();
    house.work.when('sibling', () => door.opened);
    const sibling = { call: 'work', input: { label: 'sibling' } };
    const handle = await house.start(account, [
      { parallel: [sibling, sibling, { wait: 1, then: work }] },
    ]);
    await whenRunning(house, 'sibling', 2);
    await handle.signal('go');
    const failure = await failureOf(handle.result());
    expect(readInsufficientCredits(failure)).toMatchObject({
      available: '1',
      reserved: '6',
      reason: 'RESERVED_ELSEWHERE',
      ways: ['wait', 'top-up', 'upgrade'],
    });
    door.open();
    await whenIdle(house.ledger, account);
    expect(await house.charges(account)).toHaveLength(2);
  });

  it('names the options that there are credits for', async () => {
    const account = await house.fund('1.5');
    const input = { label: 'x', model: 'large' };
    const [refusal] = (await house.execute(account, [
      { call: 'model_work', input, catchRefusal: true },
    ])) as [unknown];
    expect(refusal).toMatchObject({
      needed: '4',
      ways: ['top-up', 'upgrade', 'cheaper-option'],
      cheaper: [{ option: 'model', choice: 'small', credits: '1' }],
    });
  });

  it('says when credits come by themselves', async () => {
    const account = await house.fund('1');
    await house.ledger.setDrip(account, true);
    const refused = { call: 'model_work', input: { label: 'x', model: 'large' } };
    const spent = { parallel: [work, work] };
    const failure = await failureOf(house.execute(account, [spent, { ...refused }]));
    expect(readInsufficientCredits(failure)?.ways).toContain('wait');
    expect(readInsufficientCredits(failure)?.nextCreditsAt).toMatch(/T00:00:00.000Z$/);
  });
});
