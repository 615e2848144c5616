/** Promise: a quote is asked for once a minute for each account and agent, and again where there was none. */
import type { AgentQuoteRequest } from '../../../ledger/ledger';
import { recentQuotes } from '../../../plugin/recent-quotes';

/** Past runs as whoever reads them finds them: how often it was asked, and what the next answer is. */
function pastRuns() {
  let now = 0;
  let maximum: bigint | undefined = 6n;
  const asked: AgentQuoteRequest[] = [];
  const quoteAgent = (request: AgentQuoteRequest) => {
    asked.push(request);
    const quote = { ...request, minimum: 0n, likely: 1n, runs: 1 };
    return Promise.resolve(maximum === undefined ? undefined : { ...quote, maximum });
  };
  return {
    asked,
    quoteRun: recentQuotes({ quoteAgent }, () => now),
    become: (next: bigint | undefined) => (maximum = next),
    pass: (ms: number) => (now += ms),
  };
}

it('is asked for once, however many runs start within the minute', async () => {
  const { quoteRun, asked, become, pass } = pastRuns();
  expect(await Promise.all([quoteRun('acme', 'digest'), quoteRun('acme', 'digest')])).toEqual([
    6n,
    6n,
  ]);
  become(9n);
  pass(59_000);
  expect(await quoteRun('acme', 'digest')).toBe(6n);
  expect(asked).toEqual([{ agent: 'digest', account: 'acme' }]);
  pass(1_000);
  expect(await quoteRun('acme', 'digest')).toBe(9n);
});

it('is one of this account and this agent', async () => {
  const { quoteRun, asked } = pastRuns();
  for (const [account, agent] of [
    ['acme', 'chat'],
    ['globex', 'digest'],
    ['acme', 'digest'],
  ] as const)
    await quoteRun(account, agent);
  expect(asked).toHaveLength(3);
});

it('that there is none is not remembered', async () => {
  const { quoteRun, become } = pastRuns();
  become(undefined);
  await expect(quoteRun('acme', 'digest')).rejects.toMatchObject({ code: 'QUOTE_UNKNOWN' });
  become(2n);
  expect(await quoteRun('acme', 'digest')).toBe(2n);
});
