/**
 * The cheapest durable write there is: one row updated by a prepared statement, over one connection and by the
 * gate's own way of asking, one commit at a time.
 */
import { Client } from 'pg';
import { ask } from '../../ledger/gate-query';

const STATEMENT = {
  name: 'bare-commit',
  text: 'update bench_bare_commits set n = n + 1 returning n',
  values: [],
};

export interface BareCommits {
  commit(): Promise<void>;
  close(): Promise<void>;
}

export async function openBareCommits(connectionString: string): Promise<BareCommits> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query('create table bench_bare_commits as select 0::bigint as n');
  let last = Promise.resolve();
  return {
    commit() {
      last = last.then(async () => void (await ask(client, STATEMENT)));
      return last;
    },
    close: () => client.end(),
  };
}
