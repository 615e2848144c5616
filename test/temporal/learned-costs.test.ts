/** Promise: what calls cost through the gate is learned by block and option, as their quotes ask for it. */
import { credits, nameChoice } from '../../index';
import { openHouse, type GatedHouse } from './support/gated-house';
import type { TestWorker } from '../support/temporal';

const CALLS = 10;

let house: GatedHouse;
let worker: TestWorker;
beforeAll(async () => {
  house = await openHouse();
  worker = await house.startWorker();
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

function priceOf(name: string) {
  const block = house.work.blocks.find((candidate) => candidate.name === name);
  if (!block) throw new Error(`no block ${name}`);
  return { block: name, version: block.version, rule: block.price };
}

test('calls are found again by their price and what they chose', async () => {
  const account = await house.fund('200');
  house.work.when('metered', ({ meter }) => meter.add('kb', 4));
  const steps = Array.from({ length: CALLS }, () => [
    { call: 'model_work' as const, input: { model: 'large' } },
    { call: 'data_work' as const, input: { label: 'metered' } },
  ]).flat();
  await house.execute(account, steps);

  const [model, data] = [priceOf('model_work'), priceOf('data_work')];
  const asked = [
    { price: model, choice: nameChoice(model.rule, [{ model: 'large' }]) },
    { price: model, choice: nameChoice(model.rule, [{ model: 'small' }]) },
    { price: data, choice: nameChoice(data.rule, [{}]) },
  ];
  const past = await house.ledger.readPastCosts(asked);
  expect(past.map((one) => one?.likely)).toEqual([credits('4'), undefined, credits('3')]);
  expect(past.map((one) => one?.calls)).toEqual([CALLS, undefined, CALLS]);
  const quote = await house.ledger.quoteAgent({ agent: 'plan', account });
  expect(quote).toMatchObject({ likely: credits('70'), runs: 1 });
});
