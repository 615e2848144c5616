/**
 * The documents of a folder. Only prose is looked at, links are not followed, and everything is
 * bounded, because the folder is whatever a user named.
 */
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';

export const MAX_DOCUMENTS = 100;
export const MAX_DOCUMENT_BYTES = 64 * 1024;
const MAX_FOLDERS = 500;
const MAX_DEPTH = 6;

const DOCUMENT = /\.(md|markdown|txt|rst|adoc)$/i;
/** What was installed, built or made for tests is not what a folder says. */
const PASSED_OVER = new Set([
  'node_modules',
  'dist',
  'build',
  'coverage',
  'vendor',
  'test',
  'tests',
]);

export interface ListedDocument {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  /** As much of it as will be read. */
  readonly bytes: number;
}

export interface ReadDocument {
  readonly path: string;
  readonly text: string;
  readonly bytes: number;
}

/** Documents near the top first, so that a limit keeps what a folder leads with. */
export async function findDocuments(
  folder: string,
  limit: number,
): Promise<readonly ListedDocument[]> {
  const root = await openFolder(folder);
  const found: string[] = [];
  const waiting: { path: string; depth: number }[] = [{ path: root, depth: 0 }];
  for (let visited = 0; visited < MAX_FOLDERS && found.length < MAX_DOCUMENTS; visited += 1) {
    const next = waiting.shift();
    if (!next) break;
    const entries = await readdir(next.path, { withFileTypes: true });
    entries.sort((a, b) => leadRank(a.name) - leadRank(b.name) || a.name.localeCompare(b.name));
    for (const entry of entries) {
      const path = join(next.path, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isFile() && DOCUMENT.test(entry.name)) found.push(path);
      const goesIn = entry.isDirectory() && !PASSED_OVER.has(entry.name) && next.depth < MAX_DEPTH;
      if (goesIn) waiting.push({ path, depth: next.depth + 1 });
    }
  }
  const listed = await Promise.all(
    found.slice(0, Math.min(limit, MAX_DOCUMENTS)).map(async (path) => ({
      path: relative(root, path).split(sep).join('/'),
      bytes: Math.min((await stat(path)).size, MAX_DOCUMENT_BYTES),
    })),
  );
  return listed.filter(({ bytes }) => bytes > 0);
}

/** Reads up to 64 KB of each document. A path that leads out of the folder is refused. */
export async function loadDocuments(
  folder: string,
  paths: readonly string[],
): Promise<readonly ReadDocument[]> {
  const root = await openFolder(folder);
  const documents: ReadDocument[] = [];
  for (const path of paths) {
    const file = await realpath(join(root, path)).catch(() => undefined);
    if (file === undefined) throw refuseDocument(path, 'cannot be found');
    if (!file.startsWith(root + sep) || !DOCUMENT.test(file)) {
      throw refuseDocument(path, 'is not a document of this folder');
    }
    documents.push({ path, ...(await readStart(file)) });
  }
  return documents;
}

async function readStart(file: string): Promise<{ text: string; bytes: number }> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(MAX_DOCUMENT_BYTES),
      0,
      MAX_DOCUMENT_BYTES,
      0,
    );
    return { text: new TextDecoder().decode(buffer.subarray(0, bytesRead)), bytes: bytesRead };
  } finally {
    await handle.close();
  }
}

async function openFolder(folder: string): Promise<string> {
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined || !(await stat(root)).isDirectory())
    throw refuseDocument(folder, 'is not a folder');
  return root;
}

/** A folder leads with its README. */
function leadRank(name: string): number {
  return /^readme\b/i.test(name) ? 0 : 1;
}

function refuseDocument(path: string, reason: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: `"${path}" ${reason}.`,
    type: 'DOCUMENT_UNREADABLE',
    nonRetryable: true,
  });
}
