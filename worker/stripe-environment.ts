/** What the environment says of Stripe and of what is sold; read once by whoever starts a program. */
import { readFileSync } from 'node:fs';
import { DEFAULT_CATALOGUE, defineCatalogue } from '../core/billing/plans';
import { TollgateError } from '../core/contract/errors';
import type { Catalogue } from '../core/contract/plans';
import type { StripeSettings } from '../stripe/connection';

export interface StripeEnvironment extends StripeSettings {
  readonly catalogue: Catalogue;
  /** Where Stripe's pages send customers back to. */
  readonly returnUrl: string;
  /** Signing secrets of the webhook endpoint. */
  readonly webhookSecrets: readonly string[];
}

const DEFAULT_RETURN_URL = 'http://127.0.0.1:8080/';

/** Undefined without STRIPE_SECRET_KEY. @throws CONFIG_INVALID, PLANS_INVALID */
export function readStripeEnvironment(
  env: NodeJS.ProcessEnv = process.env,
): StripeEnvironment | undefined {
  const secretKey = env.STRIPE_SECRET_KEY;
  if (!secretKey) return undefined;
  const apiUrl = env.STRIPE_API_URL;
  return {
    secretKey,
    ...(apiUrl ? { apiUrl } : {}),
    catalogue: readCatalogue(env.TOLLGATE_PLANS),
    returnUrl: readUrl(env.TOLLGATE_RETURN_URL || DEFAULT_RETURN_URL),
    webhookSecrets: readSecrets(env.STRIPE_WEBHOOK_SECRET),
  };
}

/** @throws CONFIG_INVALID */
export function requireStripeEnvironment(env: NodeJS.ProcessEnv = process.env): StripeEnvironment {
  const found = readStripeEnvironment(env);
  if (found) return found;
  throw new TollgateError(
    'CONFIG_INVALID',
    { setting: 'STRIPE_SECRET_KEY' },
    { message: 'No key for Stripe' },
  );
}

/** A JSON file; else the catalogue that Tollgate comes with. */
function readCatalogue(path: string | undefined): Catalogue {
  if (!path) return DEFAULT_CATALOGUE;
  let plans: unknown;
  try {
    plans = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new TollgateError(
      'CONFIG_INVALID',
      { setting: 'TOLLGATE_PLANS', file: path },
      { message: 'The plans cannot be read', cause },
    );
  }
  return defineCatalogue(plans);
}

/** One, or two separated by a comma while the secret is being rolled. */
function readSecrets(text = ''): readonly string[] {
  const secrets = text
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  if (secrets.every((secret) => /^whsec_\S+$/.test(secret))) return secrets;
  throw new TollgateError('CONFIG_INVALID', {
    setting: 'STRIPE_WEBHOOK_SECRET',
    rule: 'must begin with whsec_; two are separated by a comma',
  });
}

function readUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new TollgateError('CONFIG_INVALID', {
    setting: 'TOLLGATE_RETURN_URL',
    rule: 'must be an address',
  });
}
