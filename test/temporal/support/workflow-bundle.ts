/**
 * The bundles that tests run: of the test workflows, with the plugin, of Tollgate's own, or of any other. Bundling
 * takes seconds, so each is kept on disk under a digest of every file that can be in it, and made once per change.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type BundleOptions } from '@temporalio/worker';
import { systemWorkflowsPath, TollgatePlugin } from '../../../index';

const ROOT = join(__dirname, '../../..');
const CACHE = join(ROOT, 'node_modules/.cache/tollgate-test-bundles');
const SOURCES = [
  // It says which Temporal is in the bundle.
  'package-lock.json',
  'workflow.ts',
  'core',
  'plugin',
  'workflows',
  'examples',
  'test/temporal/support/workflow-bundle.ts',
  'test/temporal/workflows',
  'test/e2e/workflows',
];
const SOURCE_MAP = '//# sourceMappingURL=data:application/json;charset=utf-8;base64,';

/** Entry point of the test workflows. */
export const WORKFLOWS_PATH = join(ROOT, 'test/temporal/workflows/plan.ts');

/** A workflow that has no plugin. */
export const FOREIGN_WORKFLOWS_PATH = join(ROOT, 'test/temporal/workflows/foreign.ts');

type Bundle = { readonly code: string };

export function loadWorkflowBundle(): Promise<Bundle> {
  return loadBundle({ workflowsPath: WORKFLOWS_PATH, plugins: [new TollgatePlugin()] });
}

/** Of Tollgate's own workflows. */
export function loadSystemBundle(): Promise<Bundle> {
  return loadBundle({ workflowsPath: systemWorkflowsPath });
}

/** The same, and not so patient with workers that are gone. */
export function loadImpatientBundle(): Promise<Bundle> {
  return loadBundle({
    workflowsPath: systemWorkflowsPath,
    workflowInterceptorModules: [join(ROOT, 'test/temporal/workflows/impatient.ts')],
  });
}

/** A plugin goes by its name: how it bundles is the same whatever else it was given. */
export async function loadBundle(options: BundleOptions): Promise<Bundle> {
  const plugins = options.plugins?.map(({ name }) => name);
  const digest = createHash('sha256').update(JSON.stringify({ ...options, plugins }));
  const codePath = join(CACHE, `${digest.update(await sourcesDigest()).digest('hex')}.js`);
  const cached = await readFile(codePath, 'utf8').catch(() => undefined);
  if (cached !== undefined) return { code: cached };
  const bundled = await bundleWorkflowCode({ ...options, logger: new DefaultLogger('ERROR') });
  const code = forgetSources(bundled.code);
  // Another test file may be writing the same bundle: each writes its own and moves it into place.
  await mkdir(CACHE, { recursive: true });
  const draft = `${codePath}.${process.pid}`;
  await writeFile(draft, code);
  await rename(draft, codePath);
  return { code };
}

/** A workflow notes the stack of every promise, and a worker that knows the sources looks all of it up in them. */
function forgetSources(code: string): string {
  const map = JSON.stringify({ version: 3, file: 'workflows.js', sources: [], mappings: '' });
  return code.slice(0, code.lastIndexOf(SOURCE_MAP)) + SOURCE_MAP + btoa(map);
}

let digested: Promise<string> | undefined;

function sourcesDigest(): Promise<string> {
  return (digested ??= digestSources());
}

async function digestSources(): Promise<string> {
  const digest = createHash('sha256');
  const files = (await Promise.all(SOURCES.map(listFiles))).flat().sort();
  for (const file of files) digest.update(file).update(await readFile(join(ROOT, file)));
  return digest.digest('hex');
}

async function listFiles(path: string): Promise<string[]> {
  if (path.includes('.')) return [path];
  const entries = await readdir(join(ROOT, path), { recursive: true });
  return entries.filter((name) => name.endsWith('.ts')).map((name) => join(path, name));
}
