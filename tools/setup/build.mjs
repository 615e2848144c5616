/**
 * Compiles the sources into `dist/` and copies what lies beside them (the SQL migrations). A stamp
 * holds a digest of every source's path, size and time, so that a changed, new or deleted file is
 * noticed, and nothing is compiled when there is none.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './paths.mjs';
import { runStep, say } from './steps.mjs';

const dist = join(root, 'dist');
const cache = join(root, 'node_modules/.cache/tsc');
const stamp = join(cache, 'build-stamp.json');

export function isBuilt() {
  return (
    existsSync(dist) && existsSync(stamp) && readStamp().digest === digestSources(listSources())
  );
}

/** @param {{ lenient: boolean }} options */
export async function build({ lenient }) {
  const sources = listSources();
  const digest = digestSources(sources);
  if (
    !existsSync(dist) ||
    !existsSync(stamp) ||
    readStamp().files.some((file) => !existsSync(join(root, file)))
  ) {
    // The compiler never deletes what it wrote for a source that is gone, so it starts afresh.
    rmSync(dist, { recursive: true, force: true });
    rmSync(join(cache, 'build.tsbuildinfo'), { force: true });
  }
  for (const file of sources.filter((name) => name.endsWith('.sql'))) {
    cpSync(join(root, file), join(dist, file));
  }
  // Without it, workers bundle at their start; an old one must not outlive a compiler that fails.
  rmSync(join(dist, 'workflows/system-bundle.js'), { force: true });
  mkdirSync(cache, { recursive: true });
  // Void until the compiler has succeeded, but it keeps the list of what is there.
  writeFileSync(stamp, JSON.stringify({ digest: '', files: sources }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  try {
    await runStep('building', process.execPath, [compiler, '-p', 'tsconfig.build.json']);
    if (sources.some((file) => file.startsWith('workflows/'))) {
      const bundler = join(root, 'tools/setup/bundle.mjs');
      await runStep('bundling the workflows', process.execPath, [bundler]);
    }
    writeFileSync(stamp, JSON.stringify({ digest, files: sources }));
  } catch (error) {
    // The compiler has written what it could make sense of; the next set-up tries again.
    if (!lenient) throw error;
    say(error.message);
  }
}

function readStamp() {
  return JSON.parse(readFileSync(stamp, 'utf8'));
}

function listSources() {
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8'));
  const files = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  files.push(...readdirSync(root).filter((name) => name.endsWith('.ts')));
  for (const folder of include.filter((name) => !name.includes('*')))
    files.push(...listFiles(folder));
  return files.sort();
}

/** @param {string} folder */
function listFiles(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

/** @param {readonly string[]} files */
function digestSources(files) {
  const digest = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file));
    digest.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return digest.digest('hex');
}
