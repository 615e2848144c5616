/**
 * Where this package lies, whether it runs from `dist/` or, in tests, from its sources: programs that
 * are started as processes are always the built ones.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const packageRoot = findPackageRoot(__dirname);

/** Path of a built file, such as `dev/guard.js`. */
export function builtFile(path: string): string {
  return join(packageRoot, 'dist', path);
}

function findPackageRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  return findPackageRoot(dirname(folder));
}
