/**
 * The one error table. A code is the same string everywhere: the `type` of an `ApplicationFailure`,
 * the `code` of a JSON body, the word the CLI prints. Each row says how a border answers it.
 *
 * `refusal`: expected, the caller can act on it. `fault`: something is away, try again.
 * `bug`: must not happen; never retried.
 */
import { billingErrors } from './billing-errors';
import { row, type ErrorRow } from './error-row';

export const errors = {
  INSUFFICIENT_CREDITS: row(
    'refusal',
    402,
    20,
    'Not enough credits for this block.',
    'Wait for the next credits, add some, or choose a cheaper option.',
  ),
  ACCOUNT_MISSING: row(
    'refusal',
    400,
    21,
    'This run has no account to charge.',
    'Start it with `tollgate: { account }`, or with the memo field `tollgate`.',
  ),
  ACCOUNT_UNKNOWN: row(
    'refusal',
    404,
    22,
    'No such account.',
    'Open it first: `tollgate account open <account>`.',
  ),
  ACCOUNT_FROZEN: row(
    'refusal',
    403,
    23,
    'This account is frozen.',
    'An operator can lift it: `tollgate account unfreeze <account>`.',
  ),
  BUDGET_EXCEEDED: row(
    'refusal',
    402,
    19,
    'This call would lift a budget above its cap.',
    'Raise the budget, or wait for its next period.',
  ),
  BUDGET_UNKNOWN: row(
    'refusal',
    404,
    45,
    'No such budget on this account.',
    'List them: `tollgate budget list <account>`.',
  ),
  SCHEDULE_UNKNOWN: row(
    'refusal',
    404,
    46,
    'No such schedule on this account.',
    'List them: `tollgate schedule list <account>`.',
  ),
  SCHEDULE_EXISTS: row(
    'refusal',
    409,
    47,
    'There is a schedule of this id already.',
    'Update it, or choose another id.',
  ),
  GATE_HEADER_MISSING: row(
    'refusal',
    400,
    24,
    'A priced block arrived without the gate header.',
    'Add TollgatePlugin to the client, the worker and, for a prebuilt bundle, to bundleWorkflowCode.',
  ),
  GATE_HEADER_INVALID: row(
    'refusal',
    400,
    25,
    'The gate header of this block cannot be read.',
    'See docs/gate-header.md for its fields.',
  ),
  LOCAL_ACTIVITY_UNKEYED: row(
    'refusal',
    400,
    26,
    'A priced block was called as a local activity without a key.',
    'Call it as a regular activity, or give the call an explicit key.',
  ),
  PRICE_UNKNOWN: row(
    'refusal',
    422,
    30,
    'No price is known for this block.',
    'Add the block to a price book, or use `free()`.',
  ),
  PRICE_OPTION_UNKNOWN: row(
    'refusal',
    422,
    31,
    'The block has no price for the chosen option.',
    'Choose one of the priced options, or add a price for this one.',
  ),
  PRICE_INVALID: row(
    'refusal',
    422,
    32,
    'A price is not valid.',
    'Correct the field that the message names.',
  ),
  METER_INVALID: row(
    'refusal',
    422,
    33,
    'A meter value is not valid.',
    'Report finite, non-negative amounts of a unit that the price names.',
  ),
  AMOUNT_INVALID: row(
    'refusal',
    400,
    34,
    'This is not an amount of credits.',
    'Give a plain decimal with at most six decimals, such as 12.5.',
  ),
  INPUT_INVALID: row(
    'refusal',
    400,
    35,
    'The input is not valid.',
    'Correct the field that the message names.',
  ),
  ...billingErrors,
  KEY_MISMATCH: row(
    'bug',
    409,
    40,
    'This charge key belongs to another block or account.',
    'Two different calls used one key; give each call its own.',
  ),
  IDEMPOTENCY_MISMATCH: row(
    'refusal',
    409,
    41,
    'This key was used before with other arguments.',
    'Use a new key for a new operation.',
  ),
  GRANT_UNKNOWN: row(
    'refusal',
    404,
    42,
    'No such grant on this account.',
    'List them: `tollgate balance <account>`.',
  ),
  RUN_UNKNOWN: row('refusal', 404, 43, 'No such run.', 'List them: `tollgate runs list`.'),
  RESERVATION_UNKNOWN: row(
    'refusal',
    404,
    44,
    'No open reservation has this key.',
    'It was settled, released or has expired.',
  ),
  NOTICE_UNKNOWN: row('refusal', 404, 50, 'No such notice.', 'List them: `tollgate notices list`.'),
  ENDPOINT_UNKNOWN: row(
    'refusal',
    404,
    51,
    'No such endpoint.',
    'List them: `tollgate webhook list`.',
  ),
  ENDPOINT_FAILING: row(
    'fault',
    502,
    65,
    'The endpoint did not accept the notice.',
    'It must answer with a status of 200 to 299 within ten seconds.',
  ),
  QUOTE_UNKNOWN: row('refusal', 422, 55, 'No past run to quote from.', 'Let the agent run once.'),
  CONFIG_INVALID: row(
    'refusal',
    400,
    2,
    'The configuration is not valid.',
    'Correct the setting that the message names.',
  ),
  LEDGER_UNAVAILABLE: row(
    'fault',
    503,
    60,
    'The ledger does not answer.',
    'Check PostgreSQL and DATABASE_URL; the call is retried.',
  ),
  TEMPORAL_UNAVAILABLE: row(
    'fault',
    503,
    61,
    'Temporal does not answer.',
    'Check that the server runs, and TEMPORAL_ADDRESS.',
  ),
  SCHEMA_MISSING: row(
    'refusal',
    503,
    62,
    'The ledger has not been set up in this database.',
    'Run `tollgate migrate`.',
  ),
  SCHEMA_TOO_NEW: row(
    'refusal',
    500,
    63,
    'The database has a newer schema than this program understands.',
    'Upgrade this program to the version that migrated the database.',
  ),
  SCHEMA_CHANGED: row(
    'bug',
    500,
    64,
    'A migration that was already applied has been edited.',
    'Restore the file; put the change into a new migration.',
  ),
  INVARIANT_BROKEN: row(
    'bug',
    500,
    70,
    'The books do not add up.',
    'Stop, run `tollgate doctor`, and report what it prints.',
  ),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errors;
/** JSON-able facts that go with an error: names, amounts as decimal strings, ISO times. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** Every error that Tollgate raises itself. Match on `code`, never on `instanceof`. */
export class TollgateError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    details: ErrorDetails = {},
    options: { message?: string; cause?: unknown } = {},
  ) {
    const { cause } = options;
    super(
      describeError(code, details, options.message),
      cause === undefined ? undefined : { cause },
    );
    this.name = 'TollgateError';
    this.code = code;
    this.details = details;
  }
}

/** The table's sentence (or a sharper one), the facts, and what to do, in one line. */
export function describeError(
  code: ErrorCode,
  details: ErrorDetails = {},
  message?: string,
): string {
  const facts = Object.entries(details)
    .filter(([, value]) => value !== undefined && value !== null && typeof value !== 'object')
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');
  const sentence = message ?? errors[code].message;
  return `${facts ? `${sentence.replace(/\.$/, '')} (${facts}).` : sentence} ${errors[code].hint}`;
}

/** Tells a Tollgate error by its code, across realms and copies of this module. */
export function isTollgateError(error: unknown, code?: ErrorCode): error is TollgateError {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  const found = error.code;
  return typeof found === 'string' && found in errors && (code === undefined || found === code);
}
