/**
 * PostgreSQL or Temporal killed, and brought back on its data, at every point where the worker that keeps
 * subscriptions writes anything, over the whole lives of two accounts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TollgateError } from '../../../core/contract/errors';
import { openGateway } from '../../../stripe/gateway';
import { startPrivateService, type PrivateService } from '../../support/private-service';
import { endPrograms } from '../../support/program';
import { openBillingHouse, type BillingHouse } from '../support/billing-house';
import { RETURN_URL, SECRET_KEY } from '../support/billing-settings';
import { loadImpatientBundle } from '../support/workflow-bundle';
import { FLOWS } from './billing-flows';
import { beginLife, liveUndisturbed, stateOf } from './billing-state';
import type { Lived } from './lived';
import { pointLedger, standBefore, type At } from './programs/billing-points';
import { beginList, isWorthAKill, passes, readList } from './programs/once';
import { SECOND_LIFE } from './second-life';

const WRITE_OF_OURS = /^(?:before|after) (?!POST|DELETE)/;

/** Declares the tests, for a file of their own. */
export function testKilling(killed: 'postgres' | 'temporal', leastKills: number): void {
  const folder = mkdtempSync(join(tmpdir(), `tollgate-${killed}-killed-`));
  const pointsFile = join(folder, 'points');
  let undisturbed: Record<string, object>;
  let service: PrivateService;
  let house: BillingHouse;
  let stripe: Awaited<ReturnType<typeof standBefore>>;
  let lived: Lived;
  let kills = 0;

  beforeAll(async () => {
    undisturbed = await liveUndisturbed();
    service = await startPrivateService(killed);
    const { address, crashAndRestart } = service;
    house = await openBillingHouse({
      impatient: true,
      ...(killed === 'postgres' ? { databaseUrl: address } : { temporalAddress: address }),
    });
    const at: At = async (point) => {
      const worth = killed === 'postgres' || isWorthAKill(point);
      if (!worth || !passes(pointsFile, point)) return;
      kills += 1;
      await crashAndRestart();
      // It was gone before it had heard of this write, or before it could answer.
      if (killed === 'postgres' && WRITE_OF_OURS.test(point)) {
        throw new TollgateError('LEDGER_UNAVAILABLE', { point });
      }
    };
    stripe = await standBefore(house.simulator.url, at);
    const { catalogue } = house;
    const gateway = openGateway({ secretKey: SECRET_KEY, apiUrl: stripe.url, catalogue });
    await house.stopWorkers();
    await house.startWorker({
      ledger: pointLedger(house.ledger, at),
      workflowBundle: await loadImpatientBundle(),
      billing: { gateway, catalogue, returnUrl: RETURN_URL },
    });
    lived = await beginLife(house);
  });
  afterAll(async () => {
    await house.close();
    stripe.close();
    await service.close();
    await endPrograms();
    rmSync(folder, { recursive: true });
  });

  it.each([...FLOWS, ...SECOND_LIFE])('%s: the same end', async (name, live) => {
    beginList(pointsFile);
    await Promise.race([live(lived), service.failed]);
    expect(await stateOf(lived)).toEqual(undisturbed[name]);
    expect(readList(pointsFile)).not.toEqual([]);
  });

  it('was killed around every write', () => {
    expect(kills).toBeGreaterThanOrEqual(leastKills);
  });
}
