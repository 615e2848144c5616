/**
 * The promise: the README stays short, its map shows the folders that there are, and the commands it
 * names are there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument, readTables, ROOT } from './documents';

const readme = readDocument('README.md');
const PASSED_OVER = new Set(['node_modules', 'dist', 'coverage']);

it('is shorter than 200 lines', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThan(200);
});

it('maps every folder that holds something, and no other', () => {
  const map = readTables(readme).find(({ head }) => head[0] === 'folder');
  const cells = map?.rows.map(([folder = '']) => folder).join(' ') ?? '';
  const mapped = [...cells.matchAll(/`([\w/]+)\/`/g)].map(([, folder = '']) => folder);
  expect(mapped.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
  const shown = new Set(mapped.map((folder) => folder.split('/')[0]));
  const present = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .filter(({ name }) => !PASSED_OVER.has(name) && holdsSomething(name))
    .map(({ name }) => name);
  expect(present.filter((folder) => !shown.has(folder))).toEqual([]);
});

it('names npm scripts that exist', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  );
  const named = [
    ...readme.matchAll(/npm (?:run )?(start|test|check|demo|tollgate|bench|build)\b/g),
  ];
  expect(named.length).toBeGreaterThan(5);
  expect(named.map(([, name = '']) => name).filter((name) => !(name in scripts))).toEqual([]);
});

function holdsSomething(folder: string): boolean {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).some((entry) =>
    entry.isFile(),
  );
}
