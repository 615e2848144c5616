/**
 * The promise: the glossary has every word that the code uses for kinds of things, and none of the
 * words that it rules out stands anywhere else.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errors } from '../../../core/contract/errors';
import { readDocument, readTables, ROOT } from './documents';

const glossary = readDocument('docs/glossary.md');
const FOLDERS = ['core', 'plugin', 'ledger', 'workflows', 'client', 'worker', 'cli', 'dev'];
const migrations = listFiles('ledger/migrations', /\.sql$/)
  .map(readDocument)
  .join('\n');

it('has every table of the ledger, every kind of entry, of price and of error', () => {
  const tables = matchAll(migrations, /create table tollgate\.(\w+)/g);
  const kinds = [
    ...matchAll(
      /create type tollgate\.entry_kind as enum \(([^)]+)\)/.exec(migrations)?.[1],
      /'(\w+)'/g,
    ),
    ...matchAll(migrations, /alter type tollgate\.entry_kind add value '(\w+)'/g),
  ];
  const prices = matchAll(readDocument('core/contract/price.ts'), /readonly kind: '(\w+)'/g);
  const errorKinds = Object.values(errors).map(({ kind }) => kind);
  // The patterns have found what they look for.
  expect(Math.min(tables.length - 10, kinds.length - 5, prices.length - 3)).toBeGreaterThan(0);
  const missing = [...tables, ...kinds, ...prices, ...errorKinds].filter(
    (word) => !glossary.includes(`\`${word}\``),
  );
  expect(missing).toEqual([]);
});

it('says each word once, with its meaning', () => {
  const rows = readTables(glossary).flatMap((table) => table.rows);
  const words = rows.map(([word = '']) => word);
  expect(new Set(words).size).toBe(words.length);
  expect(rows.filter(([, meaning = '']) => meaning.length < 10)).toEqual([]);
});

it('rules out words that nothing uses', () => {
  const section = /## Words that stand nowhere else[\s\S]*?: ([^.]+)\./.exec(glossary)?.[1] ?? '';
  const words = section.split(/,\s+/);
  expect(words.length).toBeGreaterThan(5);
  // A word by itself or as a part of a name, such as `walletId` or `open_wallet`.
  const ruledOut = new RegExp(`(?<![a-z])(${words.join('|')})(?![a-z])`, 'i');
  const used = FOLDERS.flatMap((folder) => listFiles(folder, /\.(ts|sql)$/)).flatMap((file) =>
    readDocument(file)
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .split('\n')
      .filter((line) => ruledOut.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(used).toEqual([]);
});

function matchAll(text: string | undefined, pattern: RegExp): string[] {
  return [...(text ?? '').matchAll(pattern)].map(([, found = '']) => found);
}

function listFiles(folder: string, name: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
}
