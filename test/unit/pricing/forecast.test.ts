/** Promise: a forecast plays time through as the ledger does, and ends with the first tick that cannot be paid. */
import { credits, formatCredits } from '../../../core/contract/credits';
import type { Supply, SupplyGrant } from '../../../core/contract/supply';
import { forecast, type CostedTick } from '../../../core/pricing/forecast';

const FROM = new Date('2026-03-10T12:00:00Z');
const UNTIL = new Date('2026-03-20T12:00:00Z');
const DRIP = {
  daily: credits('5'),
  cap: credits('30'),
  nextAt: new Date('2026-03-11T00:00:00Z'),
};

const grant = (available: string, changes: Partial<SupplyGrant> = {}): SupplyGrant => ({
  key: `grant-${available}`,
  available: credits(available),
  priority: 0,
  ...changes,
});

const supply = (grants: readonly SupplyGrant[], changes: Partial<Supply> = {}): Supply => ({
  account: 'acme',
  at: FROM,
  reserved: 0n,
  frozen: false,
  grants,
  ...changes,
});

const tick = (at: string, cost: string): CostedTick => ({
  schedule: 'daily',
  at: new Date(`2026-03-${at}:00Z`),
  cost: credits(cost),
});

/** `12T14:00 tick -4 = 6` */
function play(given: Supply, ticks: readonly CostedTick[]): readonly string[] {
  const { steps, runsOut } = forecast(given, ticks, UNTIL);
  const lines = steps.map(({ at, kind, amount, available }) => {
    const time = at.toISOString().slice(8, 16);
    return `${time} ${kind} ${formatCredits(amount)} = ${formatCredits(available)}`;
  });
  if (!runsOut) return lines;
  const { at, needed, available } = runsOut;
  const time = at.toISOString().slice(8, 16);
  return [...lines, `${time} short ${formatCredits(available)} of ${formatCredits(needed)}`];
}

test('ticks burn what is there, the first that cannot be paid ends it', () => {
  const ticks = [tick('13T14:00', '4'), tick('11T14:00', '4'), tick('12T14:00', '4')];
  expect(play(supply([grant('10')]), ticks)).toEqual([
    '11T14:00 tick -4 = 6',
    '12T14:00 tick -4 = 2',
    '13T14:00 short 2 of 4',
  ]);
});

test('what a grant has left is gone at its expiry, and what expires is burned first', () => {
  const soon = grant('6', { expiresAt: new Date('2026-03-12T00:00:00Z') });
  expect(play(supply([soon, grant('10')]), [tick('11T14:00', '4'), tick('12T00:00', '9')])).toEqual(
    ['11T14:00 tick -4 = 12', '12T00:00 expired -2 = 10', '12T00:00 tick -9 = 1'],
  );
});

test('the drip fills up to the cap, counting what is set aside', () => {
  const given = supply([grant('3')], { drip: DRIP, reserved: credits('18') });
  expect(play(given, [tick('14T14:00', '8')])).toEqual([
    '11T00:00 drip 5 = 8',
    '12T00:00 drip 4 = 12',
    '14T14:00 tick -8 = 4',
    '15T00:00 drip 5 = 9',
    '16T00:00 drip 3 = 12',
  ]);
});

test('at a midnight at which a grant expires, the expiry makes room for the drip', () => {
  const ends = grant('30', { expiresAt: new Date('2026-03-11T00:00:00Z') });
  expect(play(supply([ends], { drip: DRIP }), []).slice(0, 2)).toEqual([
    '11T00:00 expired -30 = 0',
    '11T00:00 drip 5 = 5',
  ]);
});

test('a drip burns before a grant of a later priority', () => {
  const bought = grant('1', { priority: 1, expiresAt: new Date('2026-03-12T00:00:00Z') });
  const given = supply([bought], { drip: { ...DRIP, cap: credits('6') } });
  expect(play(given, [tick('11T14:00', '5')]).slice(0, 3)).toEqual([
    '11T00:00 drip 5 = 6',
    '11T14:00 tick -5 = 1',
    '12T00:00 expired -1 = 0',
  ]);
});

test('ticks outside of its time do not count', () => {
  expect(play(supply([grant('1')]), [tick('09T14:00', '4'), tick('21T14:00', '4')])).toEqual([]);
});

test('a frozen account pays for nothing', () => {
  expect(play(supply([grant('9')], { frozen: true }), [tick('11T14:00', '4')])).toEqual([
    '11T14:00 short 9 of 4',
  ]);
});
