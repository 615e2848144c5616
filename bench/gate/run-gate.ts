/** Part "gate": agents whose blocks are gated, beside the same agents without the gate. */
import type { Plan } from '../plan';
import type { PartResult } from '../report/part-result';
import type { Servers } from '../servers';

export function runGatePart(_servers: Servers, _plan: Plan): Promise<PartResult> {
  return Promise.reject(new Error('the gate is not there yet'));
}
