/**
 * The promise: every relative link of every document leads to a file that exists, and to a heading
 * that exists where it names one; what a document calls a test or a source by its path is there too.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listDocuments, readDocument, readProse, ROOT } from './documents';

const LINK = /\]\(([^)\s]+)\)/g;
/** `ledger/migrate.ts`, `test/unit/docs/links.test.ts`: a path in backticks that names one file. */
const PATH = /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|mjs|cjs|sql|md|json|yml))`/g;
/** What does not lie in the repository, though it is called by its path. */
const MADE_BY_PROGRAMS = /^(dist|\.tollgate|node_modules)\//;

describe.each(listDocuments())('%s', (document) => {
  const text = readDocument(document);

  it('links to what exists', () => {
    const broken = [...text.matchAll(LINK)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(document, target));
    expect(broken).toEqual([]);
  });

  it('names files that exist', () => {
    const missing = [...readProse(text).matchAll(PATH)]
      .map(([, path = '']) => path)
      .filter((path) => !MADE_BY_PROGRAMS.test(path) && !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });
});

function leadsSomewhere(document: string, target: string): boolean {
  const [path = '', heading] = target.split('#');
  const file = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(ROOT, file))) return false;
  if (heading === undefined) return true;
  return statSync(join(ROOT, file)).isFile() && listHeadings(readDocument(file)).includes(heading);
}

/** As GitHub names the places of headings. */
function listHeadings(text: string): string[] {
  return [...readProse(text).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
