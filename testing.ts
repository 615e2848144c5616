/**
 * `tollgate/testing`: for tests of agents and blocks. `tryBlock` runs one block without Temporal and
 * without a ledger; `createTestLedger` gives a real ledger in a database of its own.
 */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import type { Block, BlockArgs } from './core/contract/block';
import { credits, type Credits, type CreditsText } from './core/contract/credits';
import { finalPrice, meteredUnits, type Usage } from './core/pricing/final-price';
import { reserveAmount } from './core/pricing/quote';
import type { Ledger } from './ledger/ledger';
import { migrate } from './ledger/migrate';
import { openLedger } from './ledger/open-ledger';
import { createMeter, runMetered } from './plugin/meter';

/** What a block did and would have cost. */
export interface BlockTrial<Output> {
  readonly output: Output;
  readonly usage: Usage;
  readonly reserved: Credits;
  readonly charged: Credits;
}

/** Runs a block as a gated activity would, heartbeats and cancellation included. */
export async function tryBlock<Name extends string, Given, Output>(
  block: Block<Name, Given, Output>,
  ...args: BlockArgs<Given>
): Promise<BlockTrial<Output>> {
  const parsed = block.parse(args);
  const reserved = reserveAmount(block.price, parsed, block.name);
  const meter = createMeter(block.name, meteredUnits(block.price, parsed));
  const environment = new MockActivityEnvironment({ activityType: block.name });
  // The environment forgets the type of what it runs.
  const output = (await runMetered(meter, () =>
    environment.run(block.activity, ...args),
  )) as Output;
  const usage = meter.usage();
  return { output, usage, reserved, charged: finalPrice(block.price, parsed, usage, block.name) };
}

export interface TestLedger {
  readonly ledger: Ledger;
  readonly connectionString: string;
  /** Opens an account that holds exactly so many credits, with no drip. */
  fund(amount: CreditsText): Promise<string>;
  /** Closes the ledger and drops its database; rejects when the books do not add up. */
  close(): Promise<void>;
}

/** @param serverUrl of a PostgreSQL server, as a role that may create databases. */
export async function createTestLedger(serverUrl: string): Promise<TestLedger> {
  const name = `tollgate_test_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const connectionString = url.toString();
  await onServer(serverUrl, `create database ${name}`);
  await migrate(connectionString);
  const ledger = await openLedger({ connectionString });
  return {
    ledger,
    connectionString,
    async fund(amount) {
      const account = `test-${randomUUID()}`;
      await ledger.openAccount(account, { drip: false });
      await ledger.grant({ account, amount: credits(amount), key: 'test', source: 'operator' });
      return account;
    },
    async close() {
      const { ok, checks } = await ledger.doctor();
      await ledger.close();
      await onServer(serverUrl, `drop database if exists ${name} with (force)`);
      const broken = checks.filter((check) => !check.ok).map(({ invariant }) => invariant);
      if (!ok) throw new Error(`The books do not add up: ${broken.join('; ')}`);
    },
  };
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const server = new Client({ connectionString: serverUrl });
  await server.connect();
  try {
    await server.query(statement);
  } finally {
    await server.end();
  }
}
