/**
 * The time of customers of the simulator. It is asked for over routes that only the simulator has, under
 * `/_simulator`: at Stripe itself there is nothing that could be moved from here.
 */
import { TollgateError } from '../core/contract/errors';
import type { Seconds } from '../core/contract/plans';

export interface SimulatedTime {
  /** Whether it is the simulator that answers. @throws STRIPE_UNAVAILABLE */
  isThere(): Promise<boolean>;
  /** A clock that runs, for one customer: from that moment, or from now if that is later. */
  openClock(name: string, at: Seconds): Promise<string>;
  /** Puts a customer's clock forward and works off what is due then. @throws TIME_TRAVEL_UNAVAILABLE */
  move(customer: string, to: Seconds): Promise<Seconds>;
}

export function simulatedTime(apiUrl: string | undefined): SimulatedTime {
  let answered: boolean | undefined;

  async function isThere(): Promise<boolean> {
    if (apiUrl === undefined) return false;
    if (answered !== undefined) return answered;
    const { status, body } = await call(apiUrl, '');
    answered = status === 200 && body['simulator'] === true;
    return answered;
  }

  async function ask(path: string, given: object): Promise<Record<string, unknown>> {
    if (apiUrl === undefined || !(await isThere())) throw unavailable('Stripe is not simulated');
    const { status, body } = await call(apiUrl, path, given);
    if (status !== 200) throw unavailable(JSON.stringify(body['error'] ?? body));
    return body;
  }

  return {
    isThere,
    openClock: async (name, at) => String((await ask('/clocks', { name, at }))['id']),
    move: async (customer, to) => Number((await ask(`/customers/${customer}/move`, { to }))['now']),
  };
}

interface Called {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function call(apiUrl: string, path: string, given?: object): Promise<Called> {
  const request = given && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(given),
  };
  try {
    const answer = await fetch(new URL(`/_simulator${path}`, apiUrl), request);
    const body: unknown = await answer.json().catch(() => undefined);
    const isObject = typeof body === 'object' && body !== null;
    return { status: answer.status, body: isObject ? { ...body } : {} };
  } catch (cause) {
    throw new TollgateError('STRIPE_UNAVAILABLE', { apiUrl }, { cause });
  }
}

function unavailable(reason: string): TollgateError {
  return new TollgateError('TIME_TRAVEL_UNAVAILABLE', { reason });
}
