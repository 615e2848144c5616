/** The command line of the bench. */
import { parseArgs } from 'node:util';

export const PARTS = ['gate', 'ledger', 'cost', 'flat', 'webhooks', 'subscriptions'] as const;
export type Part = (typeof PARTS)[number];
/** What a quick run measures unless it is asked for others: the other two need minutes to say anything. */
const QUICK_PARTS: readonly Part[] = ['gate', 'ledger', 'cost', 'flat'];

export interface Options {
  /** Fewer parts, shorter rounds, and fewer of them: the whole run ends in under two minutes. */
  readonly quick: boolean;
  /** End standard output with one line of JSON. */
  readonly json: boolean;
  readonly parts: readonly Part[];
  /** Rounds of each part, in place of the plan's. */
  readonly rounds?: number;
}

export const USAGE = `npm run bench -- [options]
  --quick          shorter rounds of ${QUICK_PARTS.join(', ')}: under two minutes in all
  --json           end with one line of JSON
  --only <parts>   some of: ${PARTS.join(', ')} (comma-separated)
  --rounds <n>     rounds of each part
PostgreSQL from DATABASE_URL and Temporal from TEMPORAL_ADDRESS; where one is not set, it is started.`;

export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    quick: values.quick,
    json: values.json,
    parts: values.only ? readParts(values.only) : values.quick ? QUICK_PARTS : PARTS,
    ...(values.rounds === undefined ? {} : { rounds: readRounds(values.rounds) }),
  };
}

function readParts(only: readonly string[]): readonly Part[] {
  const asked = only.flatMap((names) => names.split(','));
  const unknown = asked.filter((name) => !PARTS.some((part) => part === name));
  if (unknown.length > 0)
    throw new Error(`--only ${unknown.join(',')}: known are ${PARTS.join(', ')}`);
  return PARTS.filter((part) => asked.includes(part));
}

function readRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${text}: not a whole number from 1`);
  return rounds;
}
