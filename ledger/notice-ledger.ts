/**
 * What the ledger does for notices: keeps the outbox, the thresholds and the endpoints, and says what is
 * to be sent next. Sending is not its business. Nothing here is on the way of a block.
 */
import type { Credits } from '../core/contract/credits';
import type { NoticeKind } from '../core/contract/notice-kinds';
import type { NoticeData } from '../core/contract/notice.schema';
import type { Page } from './page';

export interface NoticeRequest<Kind extends NoticeKind = NoticeKind> {
  /** Names the happening: a second notice under the same key is not written. */
  readonly key: string;
  readonly kind: Kind;
  readonly data: NoticeData<Kind>;
}

export interface NoticeView {
  /** The `webhook-id` of all its deliveries. */
  readonly id: string;
  readonly account: string;
  readonly kind: NoticeKind;
  readonly version: number;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
  readonly deliveries: readonly DeliveryView[];
}

export type DeliveryState = 'pending' | 'delivered' | 'failed';

export interface DeliveryView {
  readonly endpoint: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** HTTP status of the last attempt, or why there was none. */
  readonly answer?: string;
  readonly triedAt?: Date;
  /** When it is tried next, while it is pending. */
  readonly dueAt?: Date;
}

export interface ThresholdView {
  readonly amount: Credits;
  /** On which side the last sweep saw what is available. */
  readonly below: boolean;
}

export interface EndpointRequest {
  readonly url: string;
  /** Left out: notices of every account. */
  readonly account?: string;
  /** Left out: every kind, also kinds to come. */
  readonly kinds?: readonly NoticeKind[];
  /** Allow plain http to any host; by default only to this machine. */
  readonly allowHttp?: boolean;
}

export interface EndpointView {
  readonly id: string;
  readonly url: string;
  readonly account?: string;
  readonly kinds?: readonly NoticeKind[];
  /** `gone`: it answered 410 and is not served any more. */
  readonly disabled?: 'operator' | 'gone';
  /** The first attempt that failed since the last one that succeeded. */
  readonly failingSince?: Date;
  readonly pending: number;
  /** Notices that were given up. */
  readonly failed: number;
  readonly addedAt: Date;
  /** Until when the secret before this one signs as well. */
  readonly oldSecretUntil?: Date;
}

export interface NewSecret {
  readonly endpoint: EndpointView;
  /** `whsec_…`; shown now and never again. */
  readonly secret: string;
}

/** A pending delivery with what is needed to send it. */
export interface DueDelivery {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly version: number;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
  readonly url: string;
  /** One, or two while a rotation is under way. */
  readonly secrets: readonly string[];
  /** Attempts made so far. */
  readonly attempts: number;
  readonly queuedAt: Date;
}

/** One delivery: the endpoint's id, and the notice's place in the order. */
export interface DeliveryName {
  readonly endpoint: string;
  readonly notice: string;
}

export interface Attempt extends DeliveryName {
  /** Which one it was, from 1. */
  readonly attempt: number;
  /** `pending`: it is due again after `retryMs`. */
  readonly state: DeliveryState;
  readonly answer: string;
  readonly retryMs?: number;
  /** The endpoint wants no more notices, for good. */
  readonly gone?: boolean;
}

export interface ReplayRequest {
  readonly id?: string;
  readonly since?: Date;
  readonly account?: string;
  readonly endpoint?: string;
}

export interface NoticeLedger {
  /** False: the happening of this key has been told of before. @throws ACCOUNT_UNKNOWN, INPUT_INVALID */
  recordNotice<Kind extends NoticeKind>(request: NoticeRequest<Kind>): Promise<boolean>;
  /** Newest first; `after` is an id. */
  listNotices(
    filter?: { readonly account?: string; readonly state?: DeliveryState } & Page,
  ): Promise<readonly NoticeView[]>;
  /** Sends notices once more under the same ids; returns how many deliveries. @throws NOTICE_UNKNOWN, ENDPOINT_UNKNOWN, ACCOUNT_UNKNOWN */
  replayNotices(request: ReplayRequest): Promise<number>;
  /** Deletes notices that are older than 90 days. */
  forgetNotices(): Promise<void>;

  /** Replaces the thresholds of an account; an empty list removes them. @throws ACCOUNT_UNKNOWN, AMOUNT_INVALID */
  setThresholds(account: string, amounts: readonly Credits[]): Promise<readonly ThresholdView[]>;
  /** The highest first. @throws ACCOUNT_UNKNOWN */
  listThresholds(account: string): Promise<readonly ThresholdView[]>;
  /** Tells that an account is out of credits; false where that was told and has not ended. @throws ACCOUNT_UNKNOWN, INPUT_INVALID */
  beginShortage(data: NoticeData<'credits.out'>): Promise<boolean>;
  /** Tells that it is over; false where there was none. The sweep does so as well, once enough is available. @throws ACCOUNT_UNKNOWN */
  endShortage(account: string): Promise<boolean>;
  /** Writes a notice of each threshold crossed since the last sweep, and of each shortage that is over; returns how many. */
  sweepNotices(): Promise<number>;

  /** @throws ACCOUNT_UNKNOWN, INPUT_INVALID */
  addEndpoint(request: EndpointRequest): Promise<NewSecret>;
  /** In the order in which they were added. */
  listEndpoints(): Promise<readonly EndpointView[]>;
  /** With all that was to be sent to it. @throws ENDPOINT_UNKNOWN */
  removeEndpoint(id: string): Promise<void>;
  /** Makes a new secret; the old one signs as well for `overlapMs` (default one day). @throws ENDPOINT_UNKNOWN */
  rotateSecret(id: string, overlapMs?: number): Promise<NewSecret>;
  /** @throws ENDPOINT_UNKNOWN */
  setEndpointEnabled(id: string, enabled: boolean): Promise<EndpointView>;
  /** Where to send to, and the secrets to sign with. @throws ENDPOINT_UNKNOWN */
  readEndpoint(id: string): Promise<Pick<DueDelivery, 'url' | 'secrets'>>;

  /** Endpoints to which something is due, by id. */
  listDueEndpoints(): Promise<readonly string[]>;
  /** The oldest pending notice of each account, where it is due: longest due first, a single one while the endpoint fails. */
  listDueNotices(endpoint: string, limit: number): Promise<readonly string[]>;
  /** Undefined when it is not pending any more, or the endpoint is not served. */
  readDelivery(name: DeliveryName): Promise<DueDelivery | undefined>;
  closeAttempt(attempt: Attempt): Promise<void>;
}
