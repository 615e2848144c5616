/** The folder of package.json, which every tool works in. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Whether the module with this URL is the program that Node was started with. */
export function isProgram(url) {
  return process.argv[1] === fileURLToPath(url);
}
