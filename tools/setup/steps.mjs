/**
 * Runs one long step of the set-up as a child process: one line when it starts, one every so often
 * while it lasts, and its whole output only when it fails.
 */
import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

const REMINDER_MS = 15_000;

/** @param {string} line */
export function say(line) {
  process.stderr.write(`tollgate: ${line}\n`);
}

/**
 * @param {string} what what the step does, as people read it
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function runStep(what, command, args) {
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  say(`${what} …`);
  const reminder = setInterval(() => say(`${what} … ${seconds()}`), REMINDER_MS);
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, signal) => resolve(exitCode ?? signal));
    });
    if (code !== 0) throw new Error(`${what}: failed (${code}).\n${output.trimEnd()}`);
  } finally {
    clearInterval(reminder);
  }
  say(`${what}: done in ${seconds()}`);
}
