/** Customers at Stripe and the inbox of its events (migrations/000013-stripe-inbox.sql). */
import { TollgateError } from '../core/contract/errors';
import type { AccountIds } from './account-ids';
import type { Database } from './database';
import { isTaken } from './faults';
import type { StripeLedger } from './stripe-ledger';

interface PlaceRow {
  readonly place: string;
  readonly customer: string | null;
  readonly simulated: boolean;
}

export function stripeOperations(database: Database, accountIds: AccountIds): StripeLedger {
  return {
    async readStripePlace(account) {
      const id = await accountIds.require(account);
      await database.rows(
        'insert into tollgate.stripe_customers (account) values ($1) on conflict do nothing',
        [id],
      );
      const { place, customer, simulated } = await database.row<PlaceRow>(
        'select place, customer, simulated from tollgate.stripe_customers where account = $1',
        [id],
      );
      return { place, simulated, ...(customer === null ? {} : { customer }) };
    },

    async setStripeCustomer(account, customer, simulated = false) {
      const id = await accountIds.require(account);
      try {
        const { kept } = await database.row<{ kept: string }>(
          'select tollgate.set_stripe_customer($1, $2, $3) as kept',
          [id, customer, simulated],
        );
        if (kept !== customer) throw taken(account, customer);
      } catch (error) {
        if (isTaken(error)) throw taken(account, customer);
        throw error;
      }
    },

    async forgetStripeCustomer(account, customer) {
      const id = await accountIds.require(account);
      await database.rows(
        `update tollgate.stripe_customers set customer = null, simulated = false, place = gen_random_uuid()
          where account = $1 and customer = $2 and simulated`,
        [id, customer],
      );
    },

    async findStripeAccount(customer) {
      const [row] = await database.rows<{ name: string }>(
        'select a.name from tollgate.stripe_customers c join tollgate.accounts a on a.id = c.account where c.customer = $1',
        [customer],
      );
      return row?.name;
    },

    async receiveStripeEvent({ id, type, account }) {
      const { untold } = await database.row<{ untold: boolean }>(
        'select tollgate.receive_stripe_event($1, $2, $3, $4) as untold',
        [
          database.now(),
          id,
          type,
          account === undefined ? null : await accountIds.require(account),
        ],
      );
      return untold;
    },

    async noteStripeEvent(id) {
      await database.rows(
        `update tollgate.stripe_events set signalled_at = coalesce($2, clock_timestamp())
          where id = $1 and signalled_at is null`,
        [id, database.now()],
      );
    },
  };
}

function taken(account: string, customer: string): TollgateError {
  return new TollgateError('IDEMPOTENCY_MISMATCH', { account, customer });
}
