/**
 * What the npm scripts call: sets this folder up, then runs a built program in this same process, so
 * that signals and exit codes are the program's own. `node tools/run.mjs dist/cli/main.js balance acme`
 */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { root } from './setup/paths.mjs';
import { say } from './setup/steps.mjs';

const PARENT_CHECK_MS = 1_000;

const [, , program, ...args] = process.argv;
try {
  await setUp();
} catch (error) {
  say(error.message);
  process.exit(1);
}
followNpm();
process.argv = [process.execPath, join(root, program), ...args];
Module.runMain();

/**
 * npm that is killed outright cannot pass the signal on; the program then ends as if asked to. Between
 * npm and this process there may be a shell, which goes on waiting for it.
 */
function followNpm() {
  if (!process.env['npm_lifecycle_event']) return;
  const ancestors = readAncestors();
  const check = setInterval(() => {
    if (readAncestors() === ancestors) return;
    clearInterval(check);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_MS);
  check.unref();
}

function readAncestors() {
  try {
    const [, grandparent] = /^PPid:\s*(\d+)$/m.exec(
      readFileSync(`/proc/${process.ppid}/status`, 'utf8'),
    );
    return `${process.ppid} ${grandparent}`;
  } catch {
    // No /proc on this system, or the parent has just ended.
    return `${process.ppid}`;
  }
}
