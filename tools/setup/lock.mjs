/**
 * One set-up at a time per folder. The lock is a file outside the folder (an install replaces
 * node_modules) that names the process which holds it; the lock of a process that is gone is void.
 */
import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { say } from './steps.mjs';

const POLL_MS = 200;
const file = join(
  tmpdir(),
  `tollgate-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`,
);

/** @param {() => Promise<void>} work */
export async function withLock(work) {
  for (let waited = false; !takeLock(); waited = true) {
    if (!waited) say('waiting for another set-up of this folder to end …');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const free = () => rmSync(file, { force: true });
  process.once('exit', free);
  try {
    await work();
  } finally {
    process.off('exit', free);
    free();
  }
}

/** A link appears with its content at once, and only where there is none yet. */
function takeLock() {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isHeld()) rmSync(file, { force: true });
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isHeld() {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
