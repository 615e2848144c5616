/**
 * Refuses requests of the wrong shape before they reach the history. What may be done is decided later,
 * against the books and Stripe.
 */
import { ApplicationFailure } from '@temporalio/workflow';
import type { AutoTopUpRequest } from '../core/contract/auto-top-up';
import { describeError } from '../core/contract/errors';
import type {
  Agreed,
  CancelAgentLineRequest,
  ChangePackRequest,
  PreviewRequest,
  Returning,
  SubscribeRequest,
  TopUpRequest,
} from '../core/contract/subscription';

type Fields = Readonly<Record<string, unknown>>;

export function checkSubscribe(request: SubscribeRequest): void {
  checkReturnUrl(request);
  text(request, 'pack');
}

export function checkPreview(request: PreviewRequest): void {
  if (fieldsOf(request)['pack'] !== null) text(request, 'pack');
}

export function checkChangePack(request: ChangePackRequest): void {
  text(request, 'pack');
  checkAgreed(request.preview);
}

export function checkCancelAgentLine(request: CancelAgentLineRequest): void {
  checkAgreed(fieldsOf(request)['preview'] as Agreed | undefined); // every field is looked at
}

export function checkTopUp(request: TopUpRequest): void {
  checkReturnUrl(request);
  text(request, 'topUp');
}

export function checkAutoTopUp(request: AutoTopUpRequest | null): void {
  if (request === null) return;
  text(request, 'topUp');
  const { below, monthlyCeiling } = fieldsOf(request);
  if (typeof below !== 'string' || !/^\d{1,12}(\.\d{1,6})?$/.test(below)) {
    throw invalid('below', 'an amount of credits in quotes');
  }
  whole(monthlyCeiling, 'monthlyCeiling');
}

export function checkReturnUrl(request: Returning): void {
  const { returnUrl } = fieldsOf(request);
  if (returnUrl === undefined) return;
  if (typeof returnUrl !== 'string' || !/^https?:\/\/\S{1,2000}$/.test(returnUrl)) {
    throw invalid('returnUrl', 'an address');
  }
}

function checkAgreed(agreed: Agreed | undefined): void {
  if (agreed === undefined) return;
  const { at, chargedNow } = fieldsOf(agreed);
  whole(at, 'preview.at');
  whole(chargedNow, 'preview.chargedNow');
}

function whole(value: unknown, field: string): void {
  if (!Number.isInteger(value) || Number(value) < 0) throw invalid(field, 'a whole number');
}

function text(request: unknown, field: string): void {
  const value = fieldsOf(request)[field];
  if (typeof value !== 'string' || value === '' || value.length > 200) throw invalid(field, 'text');
}

function fieldsOf(request: unknown): Fields {
  if (typeof request !== 'object' || request === null) throw invalid('request', 'an object');
  return request as Fields; // an object has string keys
}

function invalid(field: string, rule: string): ApplicationFailure {
  const details = { field, rule };
  return ApplicationFailure.create({
    type: 'INPUT_INVALID',
    message: describeError('INPUT_INVALID', details),
    nonRetryable: true,
    details: [details],
  });
}
