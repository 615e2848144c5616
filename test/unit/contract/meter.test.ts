/**
 * A meter counts exactly, refuses a bad value at the call that reports it, and is found by whatever
 * code the block calls, and by no other block.
 */
import { createMeter, currentMeter, findMeter, runMetered } from '../../../plugin/meter';

const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'METER_INVALID', message: expect.stringMatching(message) });

it('sums what is reported, without the errors of floating point', () => {
  const meter = createMeter('chat', ['kb', 'tokens']);
  meter.add('kb', 0.1);
  meter.add('kb', 0.2);
  meter.add('tokens', 1_200);
  meter.add('tokens', 0);
  expect(meter.usage()).toEqual({ kb: 0.3, tokens: 1_200 });
});

it.each([-1, Number.NaN, Infinity, 1e13, '3', undefined])('refuses %p as an amount', (amount) => {
  const meter = createMeter('chat', ['kb']);
  // Code without types can report anything.
  expect(() => meter.add('kb', amount as number)).toThrow(
    refusal(/"kb" must be a number.*block=chat/),
  );
  expect(meter.usage()).toEqual({});
});

it('refuses a unit without a rate, and names those that have one', () => {
  const meter = createMeter('chat', ['kb', 'tokens']);
  expect(() => meter.add('mb', 1)).toThrow(refusal(/"mb" has no rate; the price names kb, tokens/));
});

it('refuses a sum that is absurd', () => {
  const meter = createMeter('chat', ['kb']);
  meter.add('kb', 1e12);
  expect(() => meter.add('kb', 1)).toThrow(refusal(/must not sum to more/));
});

it('takes any unit where no unit is charged', () => {
  const meter = createMeter('chat');
  meter.add('pages', 2);
  expect(meter.usage()).toEqual({ pages: 2 });
});

it('is found by what the block calls, while blocks run side by side', async () => {
  const run = (block: string, amount: number) => {
    const meter = createMeter(block);
    return runMetered(meter, async () => {
      await Promise.resolve();
      currentMeter().add('kb', amount);
      return meter.usage();
    });
  };
  expect(await Promise.all([run('a', 1), run('b', 2)])).toEqual([{ kb: 1 }, { kb: 2 }]);
  expect(findMeter()).toBeUndefined();
});

it('counts for nobody outside a gated activity, and still refuses bad amounts', () => {
  currentMeter().add('kb', 1);
  expect(currentMeter().usage()).toEqual({});
  expect(() => currentMeter().add('kb', -1)).toThrow(refusal(/must be a number/));
});
