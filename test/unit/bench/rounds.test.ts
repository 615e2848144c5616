/** Promise: every contender runs once a round, and none always has the same place in it. */
import { orderRound, runRounds } from '../../../bench/measure/rounds';

const names = ['gated', 'plain', 'naive'] as const;

function runInOrder(limits: Parameters<typeof runRounds>[1]) {
  const order: string[] = [];
  const contenders = new Map(
    names.map((name) => [
      name,
      () => {
        order.push(name);
        return Promise.resolve(order.length);
      },
    ]),
  );
  return runRounds(contenders, limits, () => undefined).then((results) => ({ order, results }));
}

it('over two turns each contender has had each place equally often', () => {
  const places = new Map(names.map((name) => [name, [0, 0, 0]]));
  for (let round = 0; round < 6; round += 1) {
    orderRound(names, round).forEach((name, place) => {
      const counts = places.get(name);
      if (counts) counts[place] = (counts[place] ?? 0) + 1;
    });
  }
  expect([...places.values()]).toEqual([
    [2, 2, 2],
    [2, 2, 2],
    [2, 2, 2],
  ]);
});

it('results stand with their round', async () => {
  const { order, results } = await runInOrder({ rounds: 2 });
  expect(order).toEqual(['gated', 'plain', 'naive', 'naive', 'plain', 'gated']);
  expect([...results]).toEqual([
    ['gated', [1, 6]],
    ['plain', [2, 5]],
    ['naive', [3, 4]],
  ]);
});

it('a spent budget ends the rounds, but not before the least of them', async () => {
  const { results } = await runInOrder({ rounds: 9, budgetMs: 0, least: 3 });
  expect(results.get('plain')).toHaveLength(3);
});

it('no contenders make no order', () => {
  expect(orderRound([], 3)).toEqual([]);
});
