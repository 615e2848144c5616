/**
 * Notices: what the owner of an account is told, as receivers get it. One JSON shape per kind; amounts
 * are decimal strings of credits, times ISO strings. Within a version fields are only ever added.
 * Workflows and other code in the sandbox import the types alone.
 */
import { z } from 'zod';
import { TollgateError } from './errors';
import type { NoticeKind } from './notice-kinds';

export const NOTICE_VERSION = 1;

const amount = z.string().regex(/^-?\d{1,13}(\.\d{1,6})?$/);
const instant = z.iso.datetime();
const name = z.string().min(1);

/** Available credits have passed a threshold since the sweep before. */
const thresholdCrossed = z.object({ account: name, threshold: amount, available: amount });

const dataOf = {
  /** Less is available than the threshold. */
  'credits.low': thresholdCrossed,
  /** As much as the threshold, or more, is available again. */
  'credits.recovered': thresholdCrossed,
  /** A run was refused for want of credits, and none had been since there were enough. */
  'credits.out': z.object({
    account: name,
    available: amount,
    /** What the refused call would have reserved. */
    needed: amount,
    /** When credits next arrive by themselves, if any do. */
    nextCreditsAt: instant.optional(),
  }),
  /** There is as much as that call needed, or every run that waited has gone on. */
  'credits.back': z.object({ account: name, available: amount, outSince: instant }),
  /** A run waits for credits at one of its blocks. */
  'run.waiting': z.object({
    account: name,
    workflowId: name,
    workflowRunId: name.optional(),
    agent: name.optional(),
    block: name.optional(),
    needed: amount,
    available: amount,
    /** Until when it waits before it halts. */
    deadline: instant.optional(),
  }),
  /** Nobody closed a reservation before its deadline; its credits have returned. */
  'reservation.lapsed': z.object({
    account: name,
    run: name,
    agent: name.optional(),
    workflowId: name.optional(),
    workflowRunId: name.optional(),
    block: name,
    nth: z.number().int(),
    credits: amount,
  }),
  /** Sent to one endpoint when an operator asks for it; never stored. */
  'endpoint.test': z.object({ endpoint: name }),
} as const satisfies Record<NoticeKind | 'endpoint.test', z.ZodType>;

type AnyKind = keyof typeof dataOf;

export type NoticeData<Kind extends AnyKind> = z.infer<(typeof dataOf)[Kind]>;

/** The body of a delivery. */
export type Notice = {
  readonly [Kind in AnyKind]: {
    readonly type: Kind;
    readonly version: typeof NOTICE_VERSION;
    /** When it happened; the header `webhook-timestamp` says when it was sent. */
    readonly timestamp: string;
    readonly data: NoticeData<Kind>;
  };
}[AnyKind];

const envelope = z.object({
  type: z.enum(Object.keys(dataOf) as [AnyKind, ...AnyKind[]]),
  version: z.literal(NOTICE_VERSION),
  timestamp: instant,
  data: z.unknown(),
});

/**
 * Reads the body of a delivery whose signature has been verified.
 * @throws INPUT_INVALID for a kind or a shape that this version does not know.
 */
export function parseNotice(body: string): Notice {
  try {
    const { data, ...head } = envelope.parse(JSON.parse(body));
    return { ...head, data: dataOf[head.type].parse(data) } as Notice; // The kind has chosen the schema.
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** Checks what a notice is about to say. @throws INPUT_INVALID */
export function readNoticeData<Kind extends NoticeKind>(
  kind: Kind,
  data: NoticeData<Kind>,
): NoticeData<Kind> {
  try {
    return dataOf[kind].parse(data) as NoticeData<Kind>; // The kind has chosen the schema.
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): TollgateError {
  const rule = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
  return new TollgateError('INPUT_INVALID', { rule }, { message: 'This is no notice', cause });
}
