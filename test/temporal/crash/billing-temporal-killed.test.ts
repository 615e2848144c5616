/**
 * The promise: kill Temporal whenever the worker that keeps subscriptions has written anything, in every flow,
 * and each account ends each flow as it does undisturbed: one customer, the same books, the same charges at
 * Stripe. With TOLLGATE_TEST_KILLS=all it dies before every write, too.
 */
import { testKilling } from './billing-service-killed';

// Each kill costs a new start, and a machine may be busy.
jest.setTimeout(600_000);

testKilling('temporal', 40);
