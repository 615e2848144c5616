/**
 * The browser tests drive Chromium. Where there is none and this process may install Debian packages,
 * it installs one; else it says what to do.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runStep } from './setup/steps.mjs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Path of a Chromium, installed when need be. */
export async function provideChromium() {
  const given = process.env['TOLLGATE_TEST_CHROMIUM'];
  if (given) return given;
  const found = findChromium();
  if (found) return found;
  if (process.getuid?.() !== 0 || !hasAptGet()) {
    throw new Error(
      'The browser tests need Chromium. Install it, or set TOLLGATE_TEST_CHROMIUM to its path.',
    );
  }
  await runStep('reading the package lists', 'apt-get', ['update', '-q']);
  const args = ['install', '-q', '-y', '--no-install-recommends', 'chromium'];
  await runStep('installing Chromium for the browser tests', 'apt-get', args);
  return findChromium() ?? PLACES[0];
}

function findChromium() {
  return PLACES.find((place) => existsSync(place));
}

function hasAptGet() {
  try {
    execFileSync('apt-get', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
