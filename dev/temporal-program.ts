/**
 * Finds a Temporal program to run as the development server, in the order of least effort: one on the
 * PATH, one that an earlier start left in the user's cache, the SDK's own download, a build from
 * source by the Go toolchain at the versions pinned in tools/temporal/go.mod.
 */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { builtFile, packageRoot } from './package-root';
import { type Progress, withReminder } from './progress';
import { reasonOf, temporalUnavailable } from './refusals';

const MODULE = join(packageRoot, 'tools', 'temporal');
const COMMAND_PACKAGE = 'github.com/temporalio/cli/cmd/temporal';
const DOWNLOAD_HOST = 'https://temporal.download';
const PROBE_MS = 10_000;
const DOWNLOAD_MS = 600_000;
const suffix = platform() === 'win32' ? '.exe' : '';

export async function findTemporalProgram(progress: Progress): Promise<string> {
  const found = findOnPath() ?? findFile(downloadedFile()) ?? findFile(builtProgram());
  if (found) return found;
  mkdirSync(cacheFolder(), { recursive: true });
  const reasons: string[] = [];
  for (const obtain of [download, build]) {
    try {
      return await obtain(progress);
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  throw temporalUnavailable(
    [
      'There is no Temporal server to run. Do one of these:',
      '- install the Temporal CLI, so that `temporal` is on the PATH: https://docs.temporal.io/cli',
      '- install Go 1.21 or newer (https://go.dev/dl), and Temporal is built from source',
      '- start a Temporal server yourself and set TEMPORAL_ADDRESS=host:port',
      ...reasons.map((reason) => `(${reason})`),
    ].join('\n'),
  );
}

function findOnPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, `temporal${suffix}`)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findFile(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}

/** Outside the project: a build takes minutes and serves every project of the user. */
function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tollgate');
}

/** The name that the SDK gives its download. */
function downloadedFile(): string {
  const { version } = JSON.parse(
    readFileSync(require.resolve('@temporalio/worker/package.json'), 'utf8'),
  ) as { version: string }; // The package's own manifest.
  return join(cacheFolder(), `temporal-sdk-typescript-${version}${suffix}`);
}

async function download(progress: Progress): Promise<string> {
  await fetch(DOWNLOAD_HOST, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) }).catch(
    () => {
      throw new Error(`the download from ${DOWNLOAD_HOST} cannot be reached`);
    },
  );
  progress('downloading Temporal (first start on this machine) …');
  const child = promisify(execFile)(
    process.execPath,
    [builtFile('dev/temporal-download.js'), cacheFolder()],
    { timeout: DOWNLOAD_MS },
  );
  await withReminder(progress, () => 'downloading Temporal', child);
  const file = findFile(downloadedFile());
  if (!file) throw new Error(`the download from ${DOWNLOAD_HOST} left no program`);
  return file;
}

/** Named by what it is built from, so that a changed pin is a new build. */
function builtProgram(): string {
  const pins = readFileSync(join(MODULE, 'go.sum'));
  const version = /temporalio\/cli v(\S+)/.exec(readFileSync(join(MODULE, 'go.mod'), 'utf8'))?.[1];
  const digest = createHash('sha256').update(pins).digest('hex').slice(0, 12);
  return join(cacheFolder(), `temporal-${version ?? 'unknown'}-${digest}${suffix}`);
}

async function build(progress: Progress): Promise<string> {
  await promisify(execFile)('go', ['version']).catch(() => {
    throw new Error('`go` is not on the PATH');
  });
  progress('building Temporal from source with Go (first start on this machine, 4 to 8 minutes) …');
  const file = builtProgram();
  const draft = `${file}.${process.pid}`;
  try {
    await compile(draft, progress);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
  progress(`built ${file}`);
  return file;
}

async function compile(target: string, progress: Progress): Promise<void> {
  // -v names each package as it is compiled, and go names each module that it downloads.
  const args = ['build', '-v', '-trimpath', '-ldflags=-s -w', '-o', target, COMMAND_PACKAGE];
  const go = spawn('go', args, { cwd: MODULE, stdio: ['ignore', 'ignore', 'pipe'] });
  let lines: string[] = [];
  let downloaded = 0;
  go.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    const fresh = chunk.split('\n').filter(Boolean);
    downloaded += fresh.filter((line) => line.startsWith('go: downloading')).length;
    lines = lines.concat(fresh.filter((line) => !line.startsWith('go: downloading')));
  });
  const ended = new Promise<void>((resolve, reject) => {
    go.once('error', reject);
    go.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build failed (${String(code)}):\n${lines.slice(-10).join('\n')}`));
    });
  });
  const stop = (): void => void go.kill();
  process.once('exit', stop);
  const describe = (): string =>
    `building Temporal: ${downloaded} modules downloaded, ${lines.length} packages compiled`;
  try {
    await withReminder(progress, describe, ended);
  } finally {
    process.off('exit', stop);
  }
}
