/** Reads the Markdown documents of this repository, for the tests that hold them to the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../../..');

/** Folders whose Markdown is not ours, or is an input of tests. */
const PASSED_OVER = new Set(['node_modules', 'dist', 'coverage', 'test', '.git', '.tollgate']);

/** Paths of all Markdown files, relative to the repository. */
export function listDocuments(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return PASSED_OVER.has(entry.name) ? [] : listDocuments(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a document, cell by cell. */
export function readTables(text: string): Table[] {
  return text
    .split('\n\n')
    .map((part) => part.trim().split('\n'))
    .filter((lines) => lines.length > 2 && lines.every((line) => line.startsWith('|')))
    .map(([head = '', , ...rows]) => ({ head: readCells(head), rows: rows.map(readCells) }));
}

function readCells(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

export interface CodeBlock {
  readonly language: string;
  /** What stands behind the language: ` ```ts worker.ts ` gives `worker.ts`. */
  readonly name: string;
  readonly code: string;
  /** The heading it stands under. */
  readonly heading: string;
}

/** The fenced code of a document, in order. */
export function readCodeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
    ({ index, 1: language = '', 2: name = '', 3: code = '' }) => {
      const heading =
        readProse(text.slice(0, index))
          .match(/^#+ .+$/gm)
          ?.at(-1) ?? '';
      return { language, name, code, heading: heading.replace(/^#+ /, '') };
    },
  );
}

/** A document without its fenced code. */
export function readProse(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}
