/**
 * Runs in workers, around each attempt of each activity: decides whether it is priced, reads the
 * header that says whom to charge, and lets the gate run it. Fails closed: a priced activity that does
 * not say whom to charge does not run.
 */
import type { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInterceptorsFactory } from '@temporalio/worker';
import { TollgateError } from '../core/contract/errors';
import { RETURN_GUARANTEE } from '../core/contract/guarantee';
import type { Gate, Ledger } from '../ledger/ledger';
import type { LineLedger } from '../ledger/line-ledger';
import { describeCall, requireHeader, toReserveRequest } from './block-call';
import { toFailure } from './failures';
import { gateCall } from './gate-call';
import { drawOnGuarantee } from './draw-on-guarantee';
import { createMeter, runMetered } from './meter';
import { isPreflight } from './preflight-activities';
import type { PricedActivity } from './priced-activities';
import { readGateHeader } from './read-header';
import { recentQuotes, type QuoteRun } from './recent-quotes';
import { meetRefusals, type RefusalRules } from './refused-call';
import { enclose, writeFreeReceipt } from './write-receipt';

export interface ActivityGate {
  readonly ledger: Gate & Pick<LineLedger, 'joinLine'> & Pick<Ledger, 'quoteAgent'>;
  findPrice(activityType: string): PricedActivity | undefined;
  /** Added to an attempt's own time limit, for the way back of its result. */
  readonly slackMs: number;
  /** What becomes of an activity without a price. */
  readonly unpriced: 'allow' | 'refuse';
  /** What becomes of calls for which there are not enough credits. */
  readonly refusals: Omit<RefusalRules, 'ledger'>;
}

type Run = () => Promise<unknown>;

/** Attempts that a gate is around already: the plugin may have been given twice. */
const gated = new WeakSet<Context>();

export function interceptActivities(gate: ActivityGate): ActivityInterceptorsFactory {
  const meetRefusal = meetRefusals({ ...gate.refusals, ledger: gate.ledger });
  const quoteRun = recentQuotes(gate.ledger);
  return (context) => ({
    inbound: {
      async execute(input, next) {
        if (gated.has(context)) return next(input);
        gated.add(context);
        try {
          return await execute({ ...gate, meetRefusal, quoteRun }, context, input, () =>
            next(input),
          );
        } catch (error) {
          throw toFailure(error);
        }
      },
    },
  });
}

async function execute(
  gate: ActivityGate & {
    readonly meetRefusal: ReturnType<typeof meetRefusals>;
    readonly quoteRun: QuoteRun;
  },
  context: Context,
  input: ActivityExecuteInput,
  run: Run,
): Promise<unknown> {
  const { info } = context;
  const block = info.activityType;
  if (isPreflight(block) || block === RETURN_GUARANTEE) return run();
  const activity = gate.findPrice(block);
  if (!activity) {
    if (gate.unpriced === 'allow') return run();
    throw new TollgateError('PRICE_UNKNOWN', { block });
  }
  if (activity.price.rule.kind === 'free') return runFree(activity, input, run);
  const header = requireHeader(block, info, readGateHeader(input.headers));
  const call = describeCall(block, header.account, header, activity, input.args);
  const plain = toReserveRequest(call, header, info, gate.slackMs);
  const request = await drawOnGuarantee(gate.quoteRun, plain, header.guarantee, info);
  const meetRefusal = gate.meetRefusal(call, request, header, context);
  const { retry: retryEnd } = header;
  return gateCall({ gate: gate.ledger, call, request, context, run, retryEnd, meetRefusal });
}

/** Free blocks need no account; where there is one, the run's receipts show them too. */
async function runFree(
  activity: PricedActivity,
  input: ActivityExecuteInput,
  run: Run,
): Promise<unknown> {
  const output = await runMetered(createMeter(activity.price.block), run);
  const account = readGateHeader(input.headers)?.account;
  return account === undefined
    ? output
    : enclose(output, writeFreeReceipt(account, activity.price));
}
