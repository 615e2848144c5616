/**
 * What processes were told, against what is in the books: an answer that was given must be there,
 * whatever was killed afterwards.
 */
import { readFileSync } from 'node:fs';
import { Client } from 'pg';

/** One answer of the ledger, as a process has written it down. */
export interface Answered {
  readonly op: 'reserve' | 'settle';
  readonly run: string;
  readonly call: string;
  /** Micro-credits: reserved, or charged. */
  readonly amount: string;
}

interface KeyRow {
  readonly key: string;
  readonly settled: readonly string[];
  readonly open: boolean;
}

export interface Comparison {
  readonly reserves: number;
  readonly settles: number;
  /** Answers that the books do not know, or know otherwise. */
  readonly lost: readonly Answered[];
}

export async function compareAnswers(
  files: readonly string[],
  databaseUrl: string,
): Promise<Comparison> {
  const answers = files.flatMap(readAnswers);
  const books = await readKeys(databaseUrl);
  const lost = answers.filter(({ op, run, call, amount }) => {
    const found = books.get(`${run} ${call}`);
    if (!found) return true;
    return op === 'settle' && (found.settled.length !== 1 || found.settled[0] !== amount);
  });
  const reserves = answers.filter(({ op }) => op === 'reserve').length;
  return { reserves, settles: answers.length - reserves, lost };
}

/** A process that was killed may have left half a line. */
function readAnswers(file: string): Answered[] {
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Answered); // As the programs write it.
}

async function readKeys(databaseUrl: string): Promise<Map<string, KeyRow>> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<KeyRow>(
      `select run || ' ' || call as key, true as open, '{}'::text[] as settled from tollgate.reservations
       union all
       select run || ' ' || call, false, coalesce(array_agg((-amount)::text) filter (where kind = 'settled'), '{}')
         from tollgate.entries where run is not null group by run, call`,
    );
    return new Map(rows.map((row) => [row.key, row]));
  } finally {
    await client.end();
  }
}
