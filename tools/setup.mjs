/**
 * Makes this folder ready to run: installs the dependencies when they are not what package-lock.json
 * says, and builds `dist/` when a source has changed. Every npm script goes through it, so it needs
 * nothing but Node and is done in a few milliseconds when there is nothing to do. It writes to
 * stderr only: stdout belongs to the program that follows.
 */
import { build, isBuilt } from './setup/build.mjs';
import { install, isInstalled } from './setup/install.mjs';
import { withLock } from './setup/lock.mjs';
import { isProgram } from './setup/paths.mjs';
import { say } from './setup/steps.mjs';

/**
 * Resolves when this folder is ready; throws an error whose message says what went wrong. With
 * `lenient`, type errors are shown and what could be compiled is used.
 */
export async function setUp({ lenient = false } = {}) {
  if (isInstalled() && isBuilt()) return;
  await withLock(async () => {
    if (!isInstalled()) await install();
    if (!isBuilt()) await build({ lenient });
  });
}

if (isProgram(import.meta.url)) {
  setUp().catch((error) => {
    say(error.message);
    process.exitCode = 1;
  });
}
