/**
 * The browser tests drive Chromium. Where there is none and this process may install Debian packages,
 * it installs one; else it says what to do.
 */
import { existsSync } from 'node:fs';
import { installPackage } from './setup/debian.mjs';

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
  await installPackage(
    'chromium',
    'Chromium for the browser tests',
    'The browser tests need Chromium. Install it, or set TOLLGATE_TEST_CHROMIUM to its path.',
  );
  return findChromium() ?? PLACES[0];
}

function findChromium() {
  return PLACES.find((place) => existsSync(place));
}
