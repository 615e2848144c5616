/**
 * Services that are given or already there are used, and nothing is started for them; what is wrong
 * with a given one is said in a way that tells what to do.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServices } from '../../dev/services';
import { findTemporalProgram } from '../../dev/temporal-program';
import { readTestDatabaseUrl, readTestTemporalAddress } from '../support/environment';

const progress = (): void => undefined;
const environment = { ...process.env };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-given-'));
});

afterEach(() => {
  process.env = { ...environment };
  rmSync(folder, { recursive: true, force: true });
});

it('starts nothing when both services are given', async () => {
  const services = await startServices({
    folder,
    progress,
    databaseUrl: readTestDatabaseUrl(),
    temporalAddress: readTestTemporalAddress(),
  });
  expect(services.parts).toEqual([]);
  expect(services.temporal.uiUrl).toBeUndefined();
  await services.stop();
});

it('says that the given PostgreSQL does not answer', async () => {
  const databaseUrl = 'postgres://nobody@127.0.0.1:1/none';
  await expect(startServices({ folder, progress, databaseUrl })).rejects.toThrow(
    /DATABASE_URL does not answer.*ECONNREFUSED.*unset it/,
  );
});

it('says that the given Temporal does not answer', async () => {
  await expect(
    startServices({
      folder,
      progress,
      databaseUrl: readTestDatabaseUrl(),
      temporalAddress: '127.0.0.1:1',
    }),
  ).rejects.toThrow(/TEMPORAL_ADDRESS \(127\.0\.0\.1:1, namespace default\) does not answer/);
});

it('prefers a Temporal program on the PATH to its own', async () => {
  const file = join(folder, 'temporal');
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 });
  process.env.PATH = folder;
  expect(await findTemporalProgram(progress)).toBe(file);
});

it('uses what an earlier start left in the cache', async () => {
  const cache = join(folder, 'tollgate');
  mkdirSync(cache);
  const file = join(cache, 'temporal-sdk-typescript-1.24.0');
  writeFileSync(file, '', { mode: 0o755 });
  process.env.PATH = folder;
  process.env.XDG_CACHE_HOME = folder;
  expect(await findTemporalProgram(progress)).toBe(file);
});
