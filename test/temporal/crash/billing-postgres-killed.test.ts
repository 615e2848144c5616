/**
 * The promise: kill PostgreSQL at every point where the worker that keeps subscriptions writes anything, in every
 * flow, and each account ends each flow as it does undisturbed: one customer, the same books, the same charges
 * at Stripe.
 */
import { testKilling } from './billing-service-killed';

// Each kill costs a new start, and a machine may be busy.
jest.setTimeout(600_000);

testKilling('postgres', 80);
