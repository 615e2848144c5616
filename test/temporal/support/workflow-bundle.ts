/**
 * The bundles of the test workflows, with the plugin, and of Tollgate's own. Bundling takes seconds, so it is kept on disk
 * under a digest of every file that can be in it, and made once per change.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  type BundleOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { systemWorkflowsPath, TollgatePlugin } from '../../../index';

const ROOT = join(__dirname, '../../..');
const CACHE = join(ROOT, 'node_modules/.cache/tollgate-test-bundles');
const SOURCES = ['workflow.ts', 'core', 'plugin', 'workflows', 'test/temporal/workflows'];

/** Entry point of the test workflows. */
export const WORKFLOWS_PATH = join(ROOT, 'test/temporal/workflows/plan.ts');

/** A workflow that has no plugin. */
export const FOREIGN_WORKFLOWS_PATH = join(ROOT, 'test/temporal/workflows/foreign.ts');

export function loadWorkflowBundle(): Promise<WorkflowBundleOption> {
  return loadBundle('agents', { workflowsPath: WORKFLOWS_PATH, plugins: [new TollgatePlugin()] });
}

/** Of Tollgate's own workflows. */
export function loadSystemBundle(): Promise<WorkflowBundleOption> {
  return loadBundle('system', { workflowsPath: systemWorkflowsPath });
}

/** The same, and not so patient with workers that are gone. */
export function loadImpatientBundle(): Promise<WorkflowBundleOption> {
  return loadBundle('impatient', {
    workflowsPath: systemWorkflowsPath,
    workflowInterceptorModules: [join(ROOT, 'test/temporal/workflows/impatient.ts')],
  });
}

async function loadBundle(name: string, options: BundleOptions): Promise<WorkflowBundleOption> {
  const codePath = join(CACHE, `${name}-${await digestSources()}.js`);
  const cached = await readFile(codePath, 'utf8').catch(() => undefined);
  if (cached !== undefined) return { code: cached };
  const { code } = await bundleQuietly(options);
  // Another test file may be writing the same bundle: each writes its own and moves it into place.
  await mkdir(CACHE, { recursive: true });
  const draft = `${codePath}.${process.pid}`;
  await writeFile(draft, code);
  await rename(draft, codePath);
  return { code };
}

/** Without webpack's report. */
export function bundleQuietly(options: BundleOptions): Promise<{ readonly code: string }> {
  return bundleWorkflowCode({ ...options, logger: new DefaultLogger('ERROR') });
}

async function digestSources(): Promise<string> {
  const digest = createHash('sha256');
  const files = (await Promise.all(SOURCES.map(listFiles))).flat().sort();
  for (const file of files) digest.update(file).update(await readFile(join(ROOT, file)));
  return digest.digest('hex').slice(0, 16);
}

async function listFiles(path: string): Promise<string[]> {
  if (path.endsWith('.ts')) return [path];
  const entries = await readdir(join(ROOT, path), { recursive: true });
  return entries.filter((name) => name.endsWith('.ts')).map((name) => join(path, name));
}
