/** Promise: the bench measures what it was asked to, and refuses what it does not know. */
import { readOptions } from '../../../bench/options';
import { choosePlan, LEAST_ROUNDS } from '../../../bench/plan';

it('without options everything is measured at full length', () => {
  expect(readOptions([])).toEqual({
    quick: false,
    json: false,
    parts: ['gate', 'ledger', 'cost', 'flat', 'webhooks', 'subscriptions'],
  });
});

it('a quick run leaves out what needs minutes, unless it is asked for', () => {
  expect(readOptions(['--quick'])).toMatchObject({ parts: ['gate', 'ledger', 'cost', 'flat'] });
  expect(readOptions(['--quick', '--only', 'webhooks'])).toMatchObject({ parts: ['webhooks'] });
});

it.each([[['--only', 'flat,gate']], [['--only', 'flat', '--only', 'gate']]])(
  '%j measures those parts, in the order of the report',
  (args) => {
    expect(readOptions(args)).toMatchObject({ parts: ['gate', 'flat'] });
  },
);

it.each([
  [['--only', 'gate,speed'], 'known are'],
  [['--rounds', '0'], 'whole number'],
  [['--rounds', '2.5'], 'whole number'],
  [['--fast'], '--fast'],
])('%j is refused', (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});

it('a quick run keeps enough rounds for a median', () => {
  const quick = choosePlan({ quick: true, json: false, parts: [] });
  expect(
    [quick.ledgerRounds, quick.flatRounds, quick.gateRounds].every((n) => n >= LEAST_ROUNDS),
  ).toBe(true);
});

it('rounds that were asked for hold for every part', () => {
  const plan = choosePlan({ quick: true, json: false, parts: [], rounds: 1 });
  expect([plan.ledgerRounds, plan.costRounds, plan.flatRounds, plan.gateRounds]).toEqual([
    1, 1, 1, 1,
  ]);
});
