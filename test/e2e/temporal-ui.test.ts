/**
 * The promise: an operator with nothing but Temporal's own UI sees whom a run charges, what each of
 * its blocks reserved and cost, what a running one has spent, and why a refused one has stopped.
 */
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually';
import { openBriefingHouse, type BriefingHouse } from './support/briefing-house';
import { startBrowser, type TestBrowser } from './support/browser';
import {
  findJson,
  findRuns,
  openBlock,
  openRun,
  readDetails,
  readTimeline,
} from './support/temporal-page';

let house: BriefingHouse;
let browser: TestBrowser;
let page: Page;

beforeAll(async () => {
  house = await openBriefingHouse();
  browser = await startBrowser();
});
beforeEach(async () => {
  page = await browser.openPage();
});
afterEach(() => page.close());
afterAll(async () => {
  await browser?.close();
  await house?.close();
});

describe("Temporal's own UI", () => {
  it.each([
    { block: 'plan_search', receipt: { reserved: '1', charged: '1', returned: '0', left: '19' } },
    {
      block: 'pull_pages',
      receipt: { reserved: '5.5', charged: '2', returned: '3.5', left: '17', usage: { page: 6 } },
    },
    { block: 'write_summary', receipt: { reserved: '4', charged: '4', returned: '0', left: '13' } },
  ])('shows the summary and the receipt of $block in a finished run', async (expected) => {
    const account = await house.fund('20');
    const run = await house.start(account, { topic: 'heat pumps', model: 'large' });
    await run.result();

    await openRun(page, run, 'history');
    const label = await readTimeline(page, expected.block);
    expect(label).toContain('call 1');
    expect(label).toContain(account);

    await openBlock(page, expected.block);
    const result = await findJson(page, 'tollgate.receipt/v1');
    const { receipt } = JSON.parse(await result.innerText()) as { receipt: unknown };
    expect(receipt).toMatchObject({ account, block: expected.block, ...expected.receipt });
  });

  it('shows the credits that a running run has spent so far, and its last block', async () => {
    const account = await house.fund('20');
    const goOn = house.holdWriting();
    const run = await house.start(account, { topic: 'heat pumps', model: 'large' });
    try {
      await eventually(() => house.isWriting(), { what: 'write_summary to run' });
      await openRun(page, run, 'user-metadata');
      await page.getByText('Running', { exact: true }).waitFor();
      const details = await readDetails(page, '3 credits');
      expect(details).toContain(account);
      expect(details).toContain('2 blocks');
      expect(details).toMatch(/pull_pages.*\b2\b.*\b17\b/);
    } finally {
      goOn();
    }
    await run.result();

    // As the UI itself invites: "Press the R for freshness".
    await page.keyboard.press('r');
    expect(await readDetails(page, '7 credits')).toMatch(/write_summary.*\b4\b.*\b13\b/);
  });

  it('shows what was needed and what there was in a refused run', async () => {
    const account = await house.fund('6.5');
    const run = await house.start(account, { topic: 'heat pumps', model: 'large' });
    await expect(run.result()).rejects.toThrow();

    await openRun(page, run, 'history');
    await page.getByText('Failed', { exact: true }).first().waitFor();
    const outcome = await findJson(page, /workflowExecutionFailed/);
    const sentence = await outcome.innerText();
    for (const fact of [
      'Not enough credits',
      account,
      'write_summary',
      'needed=4',
      'available=3.5',
    ])
      expect(sentence).toContain(fact);

    await openBlock(page, 'write_summary');
    const failure = await (await findJson(page, '"APPLICATION_ERROR_CATEGORY_BENIGN"')).innerText();
    expect(failure).toContain('"type": "INSUFFICIENT_CREDITS"');
    expect(failure).toContain('"needed": "4"');
    expect(failure).toContain('"available": "3.5"');
    expect(failure).toContain('"choice": "small"');
  });

  it('shows whom a run charged and how much as search attributes, and finds it by them', async () => {
    const account = await house.fund('20');
    const run = await house.start(account, { topic: 'heat pumps', model: 'small' });
    await run.result();

    await openRun(page, run, 'search-attributes');
    const json = await findJson(page, 'CreditsSpent');
    expect(JSON.parse(await json.innerText())).toMatchObject({
      indexedFields: { CreditAccountId: account, CreditsSpent: 4 },
    });

    const query = `CreditAccountId="${account}" and CreditsSpent>=4`;
    await eventually(async () => (await house.countRuns(query)) > 0, {
      what: 'the run to be found',
    });
    await findRuns(page, query);
    await page.getByRole('link', { name: run.workflowId }).first().waitFor();
  });
});
