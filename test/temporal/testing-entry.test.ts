/**
 * The promise of `tollgate/testing`: authors test a block in milliseconds, and an agent against a real
 * ledger, with what it would cost.
 */
import { createTestLedger, tryBlock } from '../../testing';
import { byOption, credits, defineBlock, metered } from '../../index';
import { z } from 'zod';
import { readTestDatabaseUrl } from '../support/environment';

const summarize = defineBlock({
  name: 'summarize',
  input: z.object({ model: z.enum(['small', 'large']), text: z.string().default('none') }),
  price: metered({
    base: byOption('model', { small: '1', large: '4' }),
    rates: { kb: '0.5' },
    reserve: { units: { kb: 10 } },
  }),
  run: async ({ text }, { meter, heartbeat }) => {
    heartbeat();
    meter.add('kb', text.length);
    return text.toUpperCase();
  },
});

it('tries a block and says what it would reserve and cost', async () => {
  expect(await tryBlock(summarize, { model: 'large', text: 'four' })).toEqual({
    output: 'FOUR',
    usage: { kb: 4 },
    reserved: credits('9'),
    charged: credits('6'),
  });
});

it('refuses a bad input as the gate would', async () => {
  const input = { model: 'huge' } as unknown as { model: 'small' };
  await expect(tryBlock(summarize, input)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

it('gives a ledger with funded accounts', async () => {
  const test = await createTestLedger(readTestDatabaseUrl());
  const account = await test.fund('7.5');
  expect(await test.ledger.readAccount(account)).toMatchObject({
    available: 7_500_000n,
    drip: false,
  });
  await test.close();
});
