/**
 * `npm ci`, the first thing a newcomer's `npm start` does, refuses a lock file in which a native package
 * for some other system is missing. npm writes such a file when a registry does not offer them all.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

describe('package-lock.json', () => {
  it('names every optional package, also those of other systems (else: node tools/complete-lock.mjs)', () => {
    const file = join(__dirname, '../../../package-lock.json');
    const { packages }: LockFile = JSON.parse(readFileSync(file, 'utf8'));
    const missing = Object.values(packages)
      .flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}))
      .filter((name) => !packages[`node_modules/${name}`]);
    expect(missing).toEqual([]);
  });
});
