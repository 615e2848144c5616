/** Compares what is installed with package-lock.json, package by package, and installs when it differs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { runStep } from './steps.mjs';

/** npm keeps a copy of the lock file in node_modules that says what it has really put there. */
export function isInstalled() {
  const wanted = readPackages('package-lock.json');
  const found = readPackages('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    const installed = found[path];
    // Of optional packages, npm installs the ones for this platform.
    return installed ? installed.version === version : optional === true;
  });
}

export async function install() {
  const npm = process.env['npm_execpath'];
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const what = 'installing the npm packages';
  if (npm?.endsWith('.js')) await runStep(what, process.execPath, [npm, ...args]);
  else await runStep(what, 'npm', args);
}

/** @param {string} file */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw error;
  }
}
