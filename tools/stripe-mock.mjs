/**
 * Stripe's own stateless mock, pinned in tools/stripe-mock/go.mod: its module holds the OpenAPI file of
 * Stripe's API, and its program refuses requests that Stripe would not understand. Prints where both are,
 * as JSON; the first time it downloads and builds, with Go, into the user's cache.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';

const MODULE = 'github.com/stripe/stripe-mock';
const folder = join(root, 'tools', 'stripe-mock');

const spec = join(findModule(), 'embedded', 'openapi', 'spec3.json');
const program = builtProgram();
if (!existsSync(program)) build();
process.stdout.write(JSON.stringify({ program, spec }));

/** Where Go keeps the module's sources. */
function findModule() {
  go('mod', 'download');
  return go('list', '-m', '-f', '{{.Dir}}', MODULE).trim();
}

/** Named by what it is built from, so that a changed pin is a new build. */
function builtProgram() {
  const digest = createHash('sha256')
    .update(readFileSync(join(folder, 'go.sum')))
    .digest('hex');
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tollgate');
  mkdirSync(cache, { recursive: true });
  const suffix = platform() === 'win32' ? '.exe' : '';
  return join(cache, `stripe-mock-${digest.slice(0, 12)}${suffix}`);
}

/** Through a draft, so that two builds at once cannot leave half a program. */
function build() {
  const draft = `${program}.${process.pid}`;
  go('build', '-trimpath', '-ldflags=-s -w', '-o', draft, MODULE);
  renameSync(draft, program);
}

function go(...args) {
  try {
    return execFileSync('go', args, { cwd: folder, encoding: 'utf8' });
  } catch (cause) {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Error('Checking the Stripe simulator needs Go (https://go.dev/dl).', { cause });
  }
}
