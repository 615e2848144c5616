/**
 * The set-up that runs before every npm script: it does what is missing, nothing when nothing is, and
 * copes with several at once. It is tried on a small project of its own, with the real tools.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');

let project: string;

beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'tollgate-set-up-')));
  cpSync(join(ROOT, 'tools'), join(project, 'tools'), { recursive: true });
  write('package.json', { name: 'small', version: '1.0.0', dependencies: { part: 'file:part' } });
  write('package-lock.json', {
    name: 'small',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'small', version: '1.0.0', dependencies: { part: 'file:part' } },
      'node_modules/part': { resolved: 'part', link: true },
      part: { version: '1.0.0' },
    },
  });
  mkdirSync(join(project, 'part'));
  write('part/package.json', { name: 'part', version: '1.0.0' });
  mkdirSync(join(project, 'core'));
  write('tsconfig.json', {});
  write('tsconfig.build.json', {
    compilerOptions: { outDir: 'dist', rootDir: '.', types: [], lib: ['es5'], skipLibCheck: true },
    include: ['core'],
  });
  writeFileSync(join(project, 'core/first.ts'), 'export const first = 1;\n');
  writeFileSync(join(project, 'core/schema.sql'), 'select 1;\n');
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

it('installs in a fresh folder', async () => {
  // The small project brings no compiler of its own, so this goes no further than the install.
  await expect(setUp()).rejects.toMatchObject({
    stderr: expect.stringMatching(/installing the npm packages: done/),
  });
  expect(existsSync(join(project, 'node_modules/part/package.json'))).toBe(true);
});

it('builds when nothing is built yet, and is silent the second time', async () => {
  pretendInstalled();
  expect(await setUp()).toMatch(/building: done/);
  expect(built()).toEqual(['first.js', 'schema.sql']);
  expect(await setUp()).toBe('');
});

it('builds again after a source was changed, added or deleted', async () => {
  pretendInstalled();
  await setUp();
  writeFileSync(join(project, 'core/second.ts'), 'export const second = 2;\n');
  expect(await setUp()).toMatch(/building: done/);
  expect(built()).toEqual(['first.js', 'schema.sql', 'second.js']);
  rmSync(join(project, 'core/first.ts'));
  await setUp();
  expect(built()).toEqual(['schema.sql', 'second.js']);
});

it('fails with the messages of the compiler, and builds once they are mended', async () => {
  pretendInstalled();
  writeFileSync(join(project, 'core/first.ts'), "export const first: number = 'one';\n");
  await expect(setUp()).rejects.toMatchObject({
    stderr: expect.stringMatching(/core\/first\.ts.*not assignable/),
  });
  writeFileSync(join(project, 'core/first.ts'), 'export const first: number = 1;\n');
  expect(await setUp()).toMatch(/building: done/);
});

it('builds once when several start together', async () => {
  pretendInstalled();
  const outputs = await Promise.all([setUp(), setUp(), setUp()]);
  expect(outputs.filter((output) => output.includes('building: done'))).toHaveLength(1);
});

/** What the set-up said. */
async function setUp(): Promise<string> {
  const run = promisify(execFile)(process.execPath, [join(project, 'tools/setup.mjs')]);
  return (await run).stderr;
}

/** As after an install, and with the compiler of this project. */
function pretendInstalled(): void {
  mkdirSync(join(project, 'node_modules'));
  cpSync(join(project, 'package-lock.json'), join(project, 'node_modules/.package-lock.json'));
  const compiler = join(project, 'node_modules/typescript');
  symlinkSync(join(ROOT, 'node_modules/typescript'), compiler, 'junction');
}

function built(): string[] {
  return readdirSync(join(project, 'dist/core')).sort();
}

function write(path: string, content: object): void {
  writeFileSync(join(project, path), JSON.stringify(content));
}
