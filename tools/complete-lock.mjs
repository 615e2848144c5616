/**
 * Adds to package-lock.json the native packages for other systems that npm left out because the
 * registry in use did not offer them; `npm ci` refuses a lock file with such gaps. Run it after a
 * change of dependencies: `node tools/complete-lock.mjs`. A test says when it is needed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    if (lock.packages[path]) continue;
    lock.packages[path] = describePackage(name, version, owner);
    process.stdout.write(`${name} ${version}\n`);
  }
}
const packages = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  file,
  `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`,
);

/** What keeps npm from installing it elsewhere is read from its name, such as `core-linux-arm-gnueabihf`. */
function describePackage(name, version, owner) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (!os || !cpu || !/^\d/.test(version)) {
    throw new Error(
      `${name}@${version} is missing from package-lock.json, and its system is unknown.`,
    );
  }
  return {
    version,
    cpu: [cpu],
    ...(owner.dev ? { dev: true } : {}),
    ...(owner.devOptional ? { devOptional: true } : {}),
    optional: true,
    os: [os],
  };
}
