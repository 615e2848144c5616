/** An account may have hundreds of schedules; Temporal is asked about so many at a time. */
const BATCH = 10;

/** Works on all items, some at a time, and returns the results in their order. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += BATCH)
    results.push(...(await Promise.all(items.slice(start, start + BATCH).map(work))));
  return results;
}
