/**
 * The header that a gated workflow puts on each activity it schedules, under {@link GATE_HEADER}.
 * It is plain JSON (payload encoding `json/plain`), so a workflow written with any Temporal SDK can
 * call a gated block. Payload codecs skip headers: it holds ids only and lies in clear in the history.
 */
import type { CreditsText } from './credits';
import type { PreflightRule } from './preflight';
import type { OutOfCreditsRule } from './out-of-credits';

/** Name of the Temporal header that carries {@link GateHeader} or {@link RunHeader}. */
export const GATE_HEADER = 'tollgate';

/** Put on a workflow's start (by the client, a parent, or the run before it). */
export interface RunHeader {
  readonly v: 1;
  readonly account?: string;
  /** Name of the agent as shown to people; default: the workflow type. */
  readonly agent?: string;
  /** The seat that started the run, when the host knows one. */
  readonly member?: string;
  /** Schedule that started the run. */
  readonly schedule?: string;
  /** Ask before the first line whether there is anything to run on; schedules carry it. */
  readonly preflight?: PreflightRule;
  /** What this run and those below it may spend. */
  readonly budget?: CreditsText;
  /** Budgets of the runs above it, or before it, that cap this one too. */
  readonly caps?: readonly RunCap[];
  /** What this run and those below it do at zero credits. */
  readonly outOfCredits?: OutOfCreditsRule;
  /** What this run sets aside at its first block for itself and the runs below it. */
  readonly guarantee?: GuaranteeAmount;
  /** The guarantee of the run above it, or before it, on which this one draws. */
  readonly guaranteedBy?: RunGuarantee;
  /** Write the search attributes `CreditAccountId` and `CreditsSpent`. */
  readonly searchAttributes?: boolean;
  /** Set for a child run, or a continued one that is a child: its place in the tree. */
  readonly place?: RunPlace;
}

/** The budget that a run was started with. */
export interface RunCap {
  /** Scope of that run. */
  readonly scope: string;
  /** Its `startedAt`, which differs from the caller's after a continue-as-new. */
  readonly startedAt: string;
  readonly credits: CreditsText;
}

/** `quote`: the most that past runs of the agent cost. */
export type GuaranteeAmount = 'quote' | CreditsText;

/** A guarantee and the run that holds it, so that whichever call comes first can make it. */
export interface RunGuarantee {
  readonly credits: GuaranteeAmount;
  /** Of the run that holds it, as its own calls have them. */
  readonly scope: string;
  readonly startedAt: string;
  readonly parent?: string;
  readonly agent?: string;
  readonly member?: string;
  readonly schedule?: string;
  readonly caps?: readonly RunCap[];
  /** Where to ask whether that run lives: its workflow, and the id in its first event, which survives a reset. */
  readonly workflowId: string;
  readonly runId: string;
}

export interface RunPlace {
  /** Scope of this run without the attempt. */
  readonly scope: string;
  /** Scope of the parent run, as the parent charges under it. */
  readonly parent: string;
  /** ISO time at which the root of the tree started: the first bytes of every charge key. */
  readonly startedAt: string;
  /** 0 for the first run, +1 at each continue-as-new. */
  readonly generation: number;
}

/** Put on each activity by the workflow that schedules it. docs/gate-header.md describes it for other SDKs. */
export interface GateHeader {
  /** Version of this format; 1 when it is left out. */
  readonly v?: 1;
  /** Whom to charge. A priced block without it is refused with ACCOUNT_MISSING. */
  readonly account?: string;
  /** Identity of the run for charging: equal after a reset, different for every other run. */
  readonly scope: string;
  /** ISO time at which the root of the tree started. */
  readonly startedAt: string;
  /** Scope of the parent run, if any. */
  readonly parent?: string;
  /** n-th call of this block in the run, from 1; left out under an explicit key. */
  readonly nth?: number;
  /** Explicit key in place of `nth`; the only way to gate a local activity. */
  readonly key?: string;
  readonly agent?: string;
  readonly member?: string;
  readonly schedule?: string;
  /** Budgets of this run and of those above it. */
  readonly caps?: readonly RunCap[];
  /** What to do when the call is refused for want of credits; default: what the worker says. */
  readonly outOfCredits?: OutOfCreditsRule;
  /** The workflow knows how to wait: without it, a refused call never joins the line. */
  readonly canWait?: boolean;
  /** What the call draws on before anything else. */
  readonly guarantee?: RunGuarantee;
  /**
   * Where the call's retry policy has an end. Temporal does not tell it to an attempt that it hands out
   * eagerly; without it, what a block failed with for good returns at the reservation's deadline only.
   */
  readonly retry?: RetryEnd;
}

export interface RetryEnd {
  readonly maximumAttempts?: number;
  readonly nonRetryableErrorTypes?: readonly string[];
}
