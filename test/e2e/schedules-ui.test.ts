/**
 * The promise: in Temporal's own UI an operator sees that a schedule is held and why, and what a skipped
 * run says of itself.
 */
import type { Page } from 'playwright-core';
import { readTestTemporalUi } from '../support/environment';
import { eventually } from '../support/eventually';
import { openHouse, type GatedHouse } from '../temporal/support/gated-house';
import { openScheduleHouse } from '../temporal/support/gated-schedules';
import type { TestWorker } from '../support/temporal';
import { startBrowser, type TestBrowser } from './support/browser';
import { openRun, readDetails } from './support/temporal-page';

let house: GatedHouse;
let worker: TestWorker;
let browser: TestBrowser;
let page: Page;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker();
  browser = await startBrowser();
  page = await browser.openPage();
});
afterAll(async () => {
  await browser.close();
  await worker.stop();
  await house.close();
});

it('shows a held schedule with the reason, and its skipped run with the same', async () => {
  const account = await house.fund('1');
  await house.ledger.revoke({ account, key: 'test' });
  const { schedules, ...scheduled } = openScheduleHouse(house);
  const schedule = await scheduled.create(account);
  await schedules.trigger(schedule);
  await scheduled.results(schedule, 1);
  await scheduled.pauseSchedules(account);

  const { temporalId } = await schedules.describe(schedule);
  await page.goto(
    `${readTestTemporalUi()}/namespaces/default/schedules/${encodeURIComponent(temporalId)}`,
  );
  await page.getByText(/Paused by Tollgate: the account is out of credits/).waitFor();
  await page.getByText('Paused', { exact: true }).first().waitFor();

  const [recent] = await eventually(
    async () => (await scheduled.inTemporal(schedule)).info.recentActions,
  );
  const run = recent!.action.workflow;
  await openRun(page, { ...run }, 'user-metadata');
  expect(await readDetails(page, 'Skipped')).toMatch(
    /Skipped, nothing was charged: the account has 0 credits available/,
  );
  await openRun(page, { ...run }, 'history');
  await page.getByText('Completed').first().waitFor();
});
