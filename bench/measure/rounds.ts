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

/** Runs all rounds; the answer holds one result a round for each contender. */
export async function runRounds<Result>(
  contenders: ReadonlyMap<string, () => Promise<Result>>,
  rounds: number,
  onResult: (name: string, round: number, result: Result) => void,
): Promise<ReadonlyMap<string, readonly Result[]>> {
  const results = new Map([...contenders.keys()].map((name): [string, Result[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
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
