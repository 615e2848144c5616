/**
 * A Chromium with a profile of its own, driven by Playwright. It reaches nothing but this machine, so
 * that what a page shows does not depend on the network.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { readTestChromium } from '../../support/environment';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Rather than Playwright's own routes, which switch the browser's cache off.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
/** High, because the UI puts into the page only those lines of a JSON that are near the screen. */
const VIEWPORT = { width: 1400, height: 2000 };
/** Two cores may be busy with other test files. */
const PATIENCE_MS = 60_000;

export interface TestBrowser {
  openPage(): Promise<Page>;
  /** Ends the browser with all its pages and deletes its profile. */
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'tollgate-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: readTestChromium(),
    args: FLAGS,
    viewport: VIEWPORT,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  return {
    openPage: () => context.newPage(),
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
