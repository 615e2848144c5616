/** What the tests need of the system: a Debian package, where this process may install one. */
import { execFileSync } from 'node:child_process';
import { runStep } from './steps.mjs';

/**
 * @param {string} name of the package
 * @param {string} what it is, as people read it
 * @param {string} otherwise what to do where nothing may be installed
 */
export async function installPackage(name, what, otherwise) {
  if (process.getuid?.() !== 0 || !runs('apt-get', '--version')) throw new Error(otherwise);
  await runStep('reading the package lists', 'apt-get', ['update', '-q']);
  const args = ['install', '-q', '-y', '--no-install-recommends', name];
  await runStep(`installing ${what}`, 'apt-get', args);
}

/** @param {string} command @param {string} argument to which it answers and ends */
export function runs(command, argument) {
  try {
    execFileSync(command, [argument], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
