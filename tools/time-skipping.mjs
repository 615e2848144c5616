/**
 * Temporal's time-skipping server, in which a test lets 30 days pass at once. The SDK only offers a download
 * that many networks do not reach; the same server is on Maven Central. Its jars are fetched once, through
 * Maven where there is one (and so by the user's own settings and mirrors), and kept in the user's cache.
 * Every jar is held to the checksum in time-skipping/jars.txt. As a program it prints the path of the server.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isProgram, root } from './setup/paths.mjs';
import { runStep, say } from './setup/steps.mjs';

const FOLDER = join(root, 'tools/time-skipping');
const CENTRAL = 'https://repo.maven.apache.org/maven2';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const MAIN = 'io.temporal.testserver.TestServer';
const DOWNLOAD_MS = 120_000;
const AT_ONCE = 8;

/** Path of a program that serves on the port it is given. */
export async function provideTimeSkippingServer() {
  const given = process.env['TOLLGATE_TEST_TIME_SKIPPING'];
  if (given) return given;
  await provideJava();
  const list = readFileSync(join(FOLDER, 'jars.txt'), 'utf8');
  const home = join(cacheFolder(), `time-skipping-${digest(list).slice(0, 12)}`);
  const program = join(home, 'temporal-test-server');
  if (existsSync(program)) return program;

  const jars = list.trimEnd().split('\n').map(readPin);
  const draft = `${home}.${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    await fetchJars(jars, draft);
    const classPath = jars.map(({ path }) => join(home, path)).join(':');
    const launcher = `#!/bin/sh\nexec java -cp '${classPath}' ${MAIN} "$@" 2>/dev/null\n`;
    writeFileSync(join(draft, 'temporal-test-server'), launcher, { mode: 0o755 });
    // Another process may have been faster; what it made is the same.
    if (!existsSync(program)) renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return program;
}

/** @param {string} line */
function readPin(line) {
  const [sha256 = '', path = ''] = line.split(/\s+/);
  return { sha256, path };
}

async function fetchJars(jars, folder) {
  const what = "fetching Temporal's time-skipping server (first time on this machine)";
  if (runs('mvn', '-v')) {
    const args = ['-B', '-q', '-f', join(FOLDER, 'pom.xml'), COPY, '-DincludeScope=runtime'];
    args.push('-Dmdep.useRepositoryLayout=true', `-DoutputDirectory=${folder}`);
    await runStep(what, 'mvn', args).catch((error) => say(error.message));
  }
  const missing = jars.filter(({ path }) => !existsSync(join(folder, path)));
  if (missing.length > 0) say(`${what}: ${missing.length} files …`);
  while (missing.length > 0)
    await Promise.all(missing.splice(0, AT_ONCE).map(({ path }) => download(path, folder)));
  for (const { sha256, path } of jars) {
    if (digest(readFileSync(join(folder, path))) !== sha256)
      throw new Error(`${path} is not the file that tools/time-skipping/jars.txt pins.`);
  }
}

async function download(path, folder) {
  const response = await fetch(`${CENTRAL}/${path}`, { signal: AbortSignal.timeout(DOWNLOAD_MS) });
  if (!response.ok) throw new Error(`${CENTRAL}/${path} answers ${response.status}.`);
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
}

async function provideJava() {
  if (runs('java', '-version')) return;
  if (process.getuid?.() !== 0 || !runs('apt-get', '--version')) {
    throw new Error('Tests that let time pass need a Java runtime (11 or newer). Install one.');
  }
  await runStep('reading the package lists', 'apt-get', ['update', '-q']);
  const args = ['install', '-q', '-y', '--no-install-recommends', 'default-jre-headless'];
  await runStep('installing a Java runtime for the tests that let time pass', 'apt-get', args);
}

function runs(command, argument) {
  try {
    execFileSync(command, [argument], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function cacheFolder() {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tollgate');
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex');
}

if (isProgram(import.meta.url)) console.log(await provideTimeSkippingServer());
