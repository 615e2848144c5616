/**
 * Stripe's own description of its objects, from the official mock's module, made strict: no property that
 * Stripe does not know, none missing that it requires, no value outside an enum. Every object of an answer
 * or event is checked, however deep it lies.
 */
import Ajv, { type ValidateFunction } from 'ajv';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The description is of 2026-08-26.dahlia, the official package of 2026-10-28.endive. What the package's
 * types have and the description does not.
 */
const NEWER: Record<string, string[]> = {
  charge: ['source'],
  'checkout.session': ['allowed_payment_method_types'],
  dispute: ['intended_submission_method'],
  dispute_evidence_details: ['submission_method'],
  invoice: ['status_details'],
  invoiceitem: ['invoicing_rules'],
  payment_intent: ['payment_record', 'source'],
  payment_method_details_card: ['electronic_commerce_indicator'],
  product: ['tax_details', 'type'],
  recurring: ['trial_period_days'],
  'billing_portal.session': ['after_expiration'],
  portal_features: ['subscription_pause'],
  subscription: ['status_details'],
  subscription_item: ['current_trial', 'plan'],
  subscriptions_resource_pending_update: ['cancel_at_period_end'],
};

interface Schema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  enum?: unknown[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean | Schema;
  required?: string[];
  'x-expansionResources'?: unknown;
}

interface Tools {
  program: string;
  spec: string;
}

/** Provided by tools/stripe-mock.mjs; built the first time. */
export function findStripeMock(): Tools {
  const tool = join(__dirname, '..', '..', 'tools', 'stripe-mock.mjs');
  return JSON.parse(execFileSync(process.execPath, [tool], { encoding: 'utf8' })) as Tools;
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
let schemas: Record<string, Schema> | undefined;
const checks = new Map<string, ValidateFunction>();

/** What is wrong with an answer, in words; empty when nothing is. */
export function findFaults(answer: unknown): string[] {
  const faults: string[] = [];
  walk(answer, '', faults);
  return faults;
}

function walk(value: unknown, path: string, faults: string[]): void {
  if (Array.isArray(value)) {
    value.forEach((it, index) => walk(it, `${path}[${index}]`, faults));
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const name = nameOf(value);
  const check = name === undefined ? undefined : checkOf(name);
  // The description is of the first API; thin events are of the second.
  const isDescribed = name !== 'list' && !name?.startsWith('v2.');
  if (name !== undefined && !check && isDescribed) faults.push(`${path}: nobody knows a ${name}`);
  if (check && !check(value)) {
    for (const error of check.errors ?? []) {
      // The branches of a choice that were not meant; the one that was says what is wrong.
      if (error.keyword === 'anyOf' || error.params['type'] === 'null') continue;
      const what = JSON.stringify(error.params);
      faults.push(`${path || name}${error.instancePath} ${error.message ?? ''} ${what}`);
    }
  }
  for (const [key, it] of Object.entries(value)) walk(it, `${path}.${key}`, faults);
}

function nameOf(value: object): string | undefined {
  const { object, deleted } = value as { object?: unknown; deleted?: unknown };
  if (typeof object !== 'string') return undefined;
  return deleted === true ? `deleted_${object}` : object;
}

function checkOf(name: string): ValidateFunction | undefined {
  const known = checks.get(name);
  if (known) return known;
  schemas ??= readSchemas();
  if (!schemas[name]) return undefined;
  const check = ajv.getSchema(`stripe#/components/schemas/${name}`);
  if (check) checks.set(name, check);
  return check;
}

function readSchemas(): Record<string, Schema> {
  const spec = JSON.parse(readFileSync(findStripeMock().spec, 'utf8')) as {
    components: { schemas: Record<string, Schema> };
  };
  const closed = Object.entries(spec.components.schemas).map(([name, schema]) => {
    const known = NEWER[name] ?? [];
    const more = Object.fromEntries(known.map((property) => [property, {}]));
    return [name, close({ ...schema, properties: { ...schema.properties, ...more } })];
  });
  const all = Object.fromEntries(closed) as Record<string, Schema>;
  ajv.addSchema({ $id: 'stripe', components: { schemas: all } });
  return all;
}

/** No property but those listed; null where it may be; a link is an id or an object, checked by itself. */
function close(schema: Schema): Schema {
  const { nullable, ...rest } = schema;
  let closed: Schema = { ...rest };
  if (schema['x-expansionResources']) {
    closed = { anyOf: [{ type: 'string' }, { type: 'object' }] };
  } else {
    if (rest.properties) {
      const entries = Object.entries(rest.properties).map(([key, it]) => [key, close(it)]);
      closed.properties = Object.fromEntries(entries) as Record<string, Schema>;
      if (entries.length > 0) closed.additionalProperties ??= false;
    }
    if (rest.anyOf) closed.anyOf = rest.anyOf.map(close);
    if (rest.items) closed.items = close(rest.items);
    if (typeof rest.additionalProperties === 'object') {
      closed.additionalProperties = close(rest.additionalProperties);
    }
    if (closed.$ref) closed.$ref = closed.$ref.replace('#/', 'stripe#/');
  }
  return nullable ? { anyOf: [{ type: 'null' }, closed] } : closed;
}
