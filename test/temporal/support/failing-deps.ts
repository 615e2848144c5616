/**
 * A ledger and a Temporal client that die after the n-th step: what was asked has happened, and nobody
 * hears of it. So does a worker that is killed between two steps.
 */
import type { Client } from '@temporalio/client';
import type { Ledger } from '../../../ledger';

export interface Deps {
  readonly ledger: Ledger;
  readonly client: Client;
}

export class Killed extends Error {}

/** Counts calls of the ledger and of Temporal's service, and dies after the n-th. */
export function dieAfter(step: number, { ledger, client }: Deps): Deps {
  let steps = 0;
  const counting = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(of, name): unknown {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          if (steps >= step) throw new Killed();
          steps += 1;
          const result: unknown = await Reflect.apply(value, of, args);
          if (steps >= step) throw new Killed();
          return result;
        };
      },
    });
  const connection = Object.create(client.connection, {
    workflowService: { value: counting(client.connection.workflowService) },
  }) as Client['connection'];
  return {
    ledger: counting(ledger),
    client: new (client.constructor as typeof Client)({ connection, plugins: [] }),
  };
}
