/**
 * Temporal's own UI as an operator uses it: opens a run, a block of it, and reads what is on the
 * screen. Known to fit UI 2.42; everything is found by role, text or title, never by style.
 */
import type { WorkflowHandleWithStartDetails } from '@temporalio/client';
import type { Locator, Page } from 'playwright-core';
import { readTestTemporalUi } from '../../support/environment';

type Tab = 'history' | 'user-metadata' | 'search-attributes';
type Run = Pick<WorkflowHandleWithStartDetails, 'workflowId' | 'firstExecutionRunId'>;

export async function openRun(page: Page, run: Run, tab: Tab): Promise<void> {
  const { workflowId, firstExecutionRunId } = run;
  await page.goto(`${workflowsUrl()}/${workflowId}/${firstExecutionRunId}/${tab}`);
  await page.getByRole('heading', { name: workflowId }).waitFor();
}

/** Opens the list of runs that a search attribute names. */
export async function findRuns(page: Page, query: string): Promise<void> {
  await page.goto(`${workflowsUrl()}?query=${encodeURIComponent(query)}`);
}

/** What stands beside a block in the timeline of an open run. */
export async function readTimeline(page: Page, block: string): Promise<string> {
  const label = page.getByRole('button').filter({ hasText: block }).first();
  return (await label.textContent()) ?? '';
}

/** Unfolds a block of an open run: its call, its start and how it ended. */
export async function openBlock(page: Page, block: string): Promise<void> {
  await page.getByText('Compact', { exact: true }).click();
  await page.getByRole('row').filter({ hasText: block }).first().click();
}

/** The JSON on the page that holds this text; there must be one. */
export async function findJson(page: Page, text: string | RegExp): Promise<Locator> {
  const json = page.getByRole('textbox').filter({ hasText: text });
  await json.scrollIntoViewIfNeeded();
  return json;
}

/** The markdown under "Current Details", which the UI shows in a frame of its own. */
export async function readDetails(page: Page, holding: string): Promise<string> {
  const details = page.frameLocator('iframe[title="output"]').locator('body');
  await details.filter({ hasText: holding }).waitFor();
  return details.innerText();
}

function workflowsUrl(): string {
  return `${readTestTemporalUi()}/namespaces/default/workflows`;
}
