/** A catalogue is checked where it is written: each mistake is named by its field. */
import { DEFAULT_CATALOGUE, defineCatalogue } from '../../../core/billing/plans';

type Change = (catalogue: Record<string, any>) => void; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests write nonsense into it

test('the default catalogue is valid, and a copy of it is the same', () => {
  expect(defineCatalogue(JSON.parse(JSON.stringify(DEFAULT_CATALOGUE)))).toEqual(DEFAULT_CATALOGUE);
});

test.each<[string, Change]>([
  ['currency', (all) => (all['currency'] = 'USD')],
  ['free.daily', (all) => (all['free'].daily = 5)],
  ['free.daily', (all) => (all['free'].daily = '31')],
  ['packs', (all) => (all['packs'] = {})],
  ['packs[0].allowance', (all) => (all['packs'][0].allowance = '0')],
  ['packs[1].allowance', (all) => (all['packs'][1].allowance = '200')],
  ['packs[1].price', (all) => (all['packs'][1].price = 50_00)],
  ['packs[2].price', (all) => (all['packs'][2].price = 499.99)],
  ['packs[0].key', (all) => (all['packs'][0].key = 'Agent 200')],
  ['packs[0].retired', (all) => (all['packs'][0].retired = 'yes')],
  ['packs[0].colour', (all) => (all['packs'][0].colour = 'red')],
  ['key', (all) => (all['packs'][0].key = 'free')],
  ['key', (all) => (all['topUps'][1].key = all['topUps'][0].key)],
  ['lookupKey', (all) => (all['pro'].lookupKey = all['packs'][0].lookupKey)],
  ['topUps[0].credits', (all) => (all['topUps'][0].credits = '1.0000001')],
  ['policies.upgradeBilling', (all) => (all['policies'].upgradeBilling = 'never')],
  ['policies.graceDays', (all) => (all['policies'].graceDays = 0)],
  ['burn.pack', (all) => (all['burn'].pack = '1')],
  ['catalogue.extra', (all) => (all['extra'] = 1)],
])('%s is refused by name', (field, change) => {
  const catalogue = JSON.parse(JSON.stringify(DEFAULT_CATALOGUE)) as Record<string, unknown>; // nonsense is put into it
  change(catalogue);
  expect(() => defineCatalogue(catalogue)).toThrow(
    expect.objectContaining({ code: 'PLANS_INVALID', details: { field } }),
  );
});

test.each([undefined, null, 'plans', []])('%p is no catalogue', (value) => {
  expect(() => defineCatalogue(value)).toThrow(expect.objectContaining({ code: 'PLANS_INVALID' }));
});
