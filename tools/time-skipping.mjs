/**
 * Temporal's time-skipping server, in which a test lets 30 days pass at once. The SDK only offers a download
 * that many networks do not reach; the same server can be had through Maven, by the user's own settings. Its
 * jars are fetched once and kept in the user's cache.
 * Every jar is held to the checksum in time-skipping/jars.txt. As a program it prints the path of the server.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { installPackage, runs } from './setup/debian.mjs';
import { isProgram, root } from './setup/paths.mjs';
import { runStep } from './setup/steps.mjs';

const FOLDER = join(root, 'tools/time-skipping');
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const MAIN = 'io.temporal.testserver.TestServer';

/** Path of a program that serves on the port it is given. */
export async function provideTimeSkippingServer() {
  const given = process.env['TOLLGATE_TEST_TIME_SKIPPING'];
  if (given) return given;
  await provide('java', '-version', 'default-jre-headless', 'a Java runtime (11 or newer)');
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
  await provide('mvn', '-v', 'maven', 'Maven');
  const args = ['-B', '-q', '-f', join(FOLDER, 'pom.xml'), COPY, '-DincludeScope=runtime'];
  args.push('-Dmdep.useRepositoryLayout=true', `-DoutputDirectory=${folder}`);
  const what = "fetching Temporal's time-skipping server (first time on this machine)";
  await runStep(what, 'mvn', args);
  for (const { sha256, path } of jars) {
    if (digest(readFileSync(join(folder, path))) !== sha256)
      throw new Error(`${path} is not the file that tools/time-skipping/jars.txt pins.`);
  }
}

async function provide(command, argument, debianPackage, what) {
  if (runs(command, argument)) return;
  await installPackage(
    debianPackage,
    `${what} for the tests that let time pass`,
    `Tests that let time pass need ${what}. Install it.`,
  );
}

function cacheFolder() {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tollgate');
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex');
}

if (isProgram(import.meta.url)) console.log(await provideTimeSkippingServer());
