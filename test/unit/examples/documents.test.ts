/**
 * A folder's documents are found with the README first, read within bounds, and never from outside
 * the folder.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  findDocuments,
  loadDocuments,
  MAX_DOCUMENT_BYTES,
} from '../../../examples/research-digest/documents';

let base: string;
let folder: string;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'documents-'));
  folder = join(base, 'folder');
  const files: Record<string, string> = {
    'folder/architecture.md': 'How it is built.',
    'folder/README.md': 'What it is.',
    'folder/empty.md': '',
    'folder/picture.png': 'no text',
    'folder/docs/guide.txt': 'How to use it.',
    'folder/docs/long.md': 'é'.repeat(MAX_DOCUMENT_BYTES),
    'folder/.hidden/secret.md': 'hidden',
    'folder/node_modules/other/README.md': 'of another project',
    'outside.md': 'outside',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  symlinkSync(join(base, 'outside.md'), join(folder, 'link.md'));
});
afterAll(() => rmSync(base, { recursive: true }));

it('finds documents from the top down, the README first', async () => {
  expect(await findDocuments(folder, 100)).toEqual([
    { path: 'README.md', bytes: 11 },
    { path: 'architecture.md', bytes: 16 },
    { path: 'docs/guide.txt', bytes: 14 },
    { path: 'docs/long.md', bytes: MAX_DOCUMENT_BYTES },
  ]);
  expect(await findDocuments(folder, 1)).toHaveLength(1);
});

it('reads documents, and of a long one only its beginning', async () => {
  const [readme, long] = await loadDocuments(folder, ['README.md', 'docs/long.md']);
  expect(readme).toEqual({ path: 'README.md', text: 'What it is.', bytes: 11 });
  expect(long?.bytes).toBe(MAX_DOCUMENT_BYTES);
});

it.each(['../outside.md', 'link.md', 'picture.png', '.', 'missing.md'])(
  'does not read %s',
  async (path) => {
    await expect(loadDocuments(folder, [path])).rejects.toMatchObject({
      type: 'DOCUMENT_UNREADABLE',
      nonRetryable: true,
    });
  },
);

it('refuses what is no folder', async () => {
  await expect(findDocuments(join(base, 'none'), 1)).rejects.toMatchObject({
    message: expect.stringContaining('is not a folder'),
  });
});
