/**
 * Interleaved rounds. Each round measures every contender once, so that a slow minute of the machine
 * falls on all of them; the order is turned and mirrored from round to round, so that none always
 * comes after the same neighbour or always runs last.
 */

/** The contenders in the order of a round (from 0). */
export function orderRound<Name>(names: readonly Name[], round: number): readonly Name[] {
  if (names.length === 0) return [];
  const start = Math.floor(round / 2) % names.length;
  const turned = [...names.slice(start), ...names.slice(0, start)];
  return round % 2 === 0 ? turned : turned.reverse();
}

export interface Rounds {
  readonly rounds: number;
  /** Start no further round after so many milliseconds, once there are `least`. Default: no limit. */
  readonly budgetMs?: number;
  readonly least?: number;
}

/** Runs the rounds; the answer holds one result a round for each contender. */
export async function runRounds<Name extends string, Result>(
  contenders: ReadonlyMap<Name, () => Promise<Result>>,
  { rounds, budgetMs = Infinity, least = 1 }: Rounds,
  onResult: (name: Name, round: number, result: Result) => void,
): Promise<ReadonlyMap<Name, readonly Result[]>> {
  const results = new Map([...contenders.keys()].map((name): [Name, Result[]] => [name, []]));
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    if (round >= least && performance.now() - startedAt >= budgetMs) break;
    for (const name of orderRound([...contenders.keys()], round)) {
      const measure = contenders.get(name);
      if (!measure) continue;
      const result = await measure();
      results.get(name)?.push(result);
      onResult(name, round, result);
    }
  }
  return results;
}
