/** Promise: a run reads from its total down to each block, open calls and child runs included. */
import { renderRun } from '../../../cli/render-run';
import { linkRun } from '../../../cli/temporal-run';
import type { EntryView, RunReceipt } from '../../../ledger/views';

const startedAt = new Date('2026-11-21T18:00:00Z');

function settled(block: string, nth: number, charged: bigint): EntryView {
  return {
    account: 'acme',
    seq: 1n,
    at: startedAt,
    kind: 'settled',
    amount: -charged,
    balance: 0n,
    reserved: charged + 1_000_000n,
    charged,
    returned: 1_000_000n,
    block,
    nth,
    priceVersion: 'v1',
    grants: [],
  };
}

function receipt(changes: Partial<RunReceipt>): RunReceipt {
  return {
    run: '01234567-89ab-cdef-0123-456789abcdef',
    account: 'acme',
    agent: 'digest',
    workflowId: 'digest-1',
    workflowRunId: 'run-1',
    startedAt,
    charged: 0n,
    blocks: 0,
    reserved: 0n,
    total: 0n,
    entries: [],
    open: [],
    children: [],
    ...changes,
  };
}

const untold = { status: null, url: null };

it('opens with the total and gives each call a line', () => {
  const text = renderRun(
    receipt({
      total: 3_500_000n,
      charged: 3_500_000n,
      blocks: 2,
      entries: [
        settled('read_folder', 1, 1_000_000n),
        { ...settled('write', 2, 2_500_000n), usage: { kb: 3 } },
      ],
    }),
    { status: 'COMPLETED', url: 'http://ui/x' },
  );
  const lines = text.split('\n');
  expect(lines[0]).toBe('Total     3.5 credits (2 blocks)');
  expect(text).toMatch(/^Status +COMPLETED$/m);
  expect(text).toMatch(/^Temporal +http:\/\/ui\/x$/m);
  expect(text).toMatch(/^read_folder +1 +settled +2 +1 +1 +v1 +2026-11-21 18:00:00Z$/m);
  expect(text).toMatch(/^write +2 +settled +3.5 +2.5 +1 +v1 +3 kb/m);
  expect(text).not.toContain('ABSORBED');
});

it('shows an open reservation as a line without a charge', () => {
  const text = renderRun(
    receipt({
      reserved: 4_000_000n,
      open: [
        {
          account: 'acme',
          run: 'r',
          call: 1n,
          workflowId: 'digest-1',
          block: 'write',
          nth: 1,
          amount: 4_000_000n,
          priceVersion: 'v1',
          reservedAt: startedAt,
          deadlineAt: startedAt,
        },
      ],
    }),
    untold,
  );
  expect(text).toMatch(/^Reserved +4 right now$/m);
  expect(text).toMatch(/^write +1 +open +4 +v1/m);
});

it('nests a child run below its parent with its own total', () => {
  const grandchild = receipt({
    agent: 'page',
    workflowId: 'p',
    total: 1_000_000n,
    entries: [settled('ocr', 1, 1_000_000n)],
  });
  const child = receipt({
    agent: 'file',
    workflowId: 'f',
    total: 3_000_000n,
    entries: [settled('sum', 1, 2_000_000n)],
    children: [grandchild],
  });
  const text = renderRun(receipt({ total: 3_000_000n, children: [child] }), untold);
  expect(text).toMatch(/^Total +3 credits \(0 by 0 blocks of its own, the rest by child runs\)$/m);
  expect(text).toMatch(/^> file \(f\) +child run +3 /m);
  expect(text).toMatch(/^ {2}sum +1 +settled/m);
  expect(text).toMatch(/^ {2}> page \(p\) +child run +1 /m);
  expect(text).toMatch(/^ {4}ocr +1 +settled/m);
});

it('has a column for absorbed credits only when some were', () => {
  const entries = [{ ...settled('write', 1, 1_000_000n), absorbed: 250_000n }];
  expect(renderRun(receipt({ entries }), untold)).toMatch(/ABSORBED[\s\S]* 0\.25 /);
});

it('links into Temporal with every part of the address escaped', () => {
  const environment = { temporalNamespace: 'default', temporalUi: 'http://127.0.0.1:8233/' };
  expect(linkRun(environment, receipt({ workflowId: 'a/b c' }))).toBe(
    'http://127.0.0.1:8233/namespaces/default/workflows/a%2Fb%20c/run-1/history',
  );
  expect(linkRun({ temporalNamespace: 'default' }, receipt({}))).toBeNull();
});
