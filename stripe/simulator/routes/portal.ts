/** `/v1/billing_portal`: configurations, and short-lived addresses of a customer's own page. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { PortalSessionRow } from '../state/rows';
import type { World } from '../state/world';
import { invalid, missing } from '../wire/errors';
import { page } from '../wire/lists';
import { emptyable, flag, id, mergeMetadata, metadata, paging, text } from '../wire/params';
import { route } from '../wire/route';
import { customerOf } from './customers';

type Configuration = Stripe.BillingPortal.Configuration;

const cancelReason = z.enum([
  'customer_service',
  'low_quality',
  'missing_features',
  'other',
  'switched_service',
  'too_complex',
  'too_expensive',
  'unused',
]);
const features = z.strictObject({
  customer_update: z
    .strictObject({ enabled: flag, allowed_updates: emptyable(z.array(text)).optional() })
    .optional(),
  invoice_history: z.strictObject({ enabled: flag }).optional(),
  payment_method_update: z.strictObject({ enabled: flag }).optional(),
  subscription_cancel: z
    .strictObject({
      enabled: flag,
      mode: z.enum(['at_period_end', 'immediately']).optional(),
      proration_behavior: z.enum(['none', 'create_prorations', 'always_invoice']).optional(),
      cancellation_reason: z
        .strictObject({ enabled: flag, options: emptyable(z.array(cancelReason)).optional() })
        .optional(),
    })
    .optional(),
  subscription_update: z
    .strictObject({
      enabled: flag,
      default_allowed_updates: emptyable(z.array(text)).optional(),
      products: emptyable(z.array(z.strictObject({ product: id, prices: z.array(id) }))).optional(),
      proration_behavior: z.enum(['none', 'create_prorations', 'always_invoice']).optional(),
    })
    .optional(),
});
const fields = {
  business_profile: z
    .strictObject({
      headline: emptyable(text).optional(),
      privacy_policy_url: text.optional(),
      terms_of_service_url: text.optional(),
    })
    .optional(),
  default_return_url: emptyable(text).optional(),
  metadata: metadata.optional(),
  name: emptyable(text).optional(),
};
const creation = z.strictObject({ ...fields, features });
const change = z.strictObject({
  ...fields,
  active: flag.optional(),
  features: features.optional(),
});

function build(
  world: World,
  given: Partial<z.output<typeof change>>,
  before?: Configuration,
): Configuration {
  const now = world.wallNow();
  const old = before?.business_profile;
  return world.put<Configuration>({
    id: before?.id ?? world.newId('bpc'),
    object: 'billing_portal.configuration',
    active: given.active ?? before?.active ?? true,
    application: null,
    business_profile: {
      headline: given.business_profile?.headline ?? old?.headline ?? null,
      privacy_policy_url:
        given.business_profile?.privacy_policy_url ?? old?.privacy_policy_url ?? null,
      terms_of_service_url:
        given.business_profile?.terms_of_service_url ?? old?.terms_of_service_url ?? null,
    },
    created: before?.created ?? now,
    default_return_url: given.default_return_url ?? before?.default_return_url ?? null,
    features: readFeatures(given.features ?? {}, before?.features),
    is_default: before?.is_default ?? world.all('billing_portal.configuration').length === 0,
    livemode: false,
    login_page: { enabled: false, url: null },
    metadata: mergeMetadata(before?.metadata ?? null, given.metadata),
    name: given.name ?? before?.name ?? null,
    updated: now,
  });
}

function readFeatures(
  given: z.output<typeof features>,
  before?: Configuration['features'],
): Configuration['features'] {
  const cancel = given.subscription_cancel;
  const update = given.subscription_update;
  return {
    customer_update: {
      allowed_updates:
        given.customer_update?.allowed_updates ?? before?.customer_update.allowed_updates ?? [],
      enabled: given.customer_update?.enabled ?? before?.customer_update.enabled ?? false,
    },
    invoice_history: {
      enabled: given.invoice_history?.enabled ?? before?.invoice_history.enabled ?? false,
    },
    payment_method_update: {
      enabled:
        given.payment_method_update?.enabled ?? before?.payment_method_update.enabled ?? false,
      payment_method_configuration: null,
    },
    subscription_cancel: {
      cancellation_reason: {
        feedback_options: [],
        enabled:
          cancel?.cancellation_reason?.enabled ??
          before?.subscription_cancel.cancellation_reason.enabled ??
          false,
        options:
          cancel?.cancellation_reason?.options ??
          before?.subscription_cancel.cancellation_reason.options ??
          [],
      },
      enabled: cancel?.enabled ?? before?.subscription_cancel.enabled ?? false,
      mode: cancel?.mode ?? before?.subscription_cancel.mode ?? 'at_period_end',
      proration_behavior:
        cancel?.proration_behavior ?? before?.subscription_cancel.proration_behavior ?? 'none',
    },
    subscription_pause: before?.subscription_pause ?? { enabled: false },
    subscription_update: {
      billing_cycle_anchor: null,
      default_allowed_updates:
        update?.default_allowed_updates ??
        before?.subscription_update.default_allowed_updates ??
        [],
      enabled: update?.enabled ?? before?.subscription_update.enabled ?? false,
      products: (update?.products ?? before?.subscription_update.products ?? []).map(
        ({ product, prices }) => ({
          product,
          prices,
          adjustable_quantity: { enabled: false, maximum: null, minimum: 1 },
        }),
      ),
      proration_behavior:
        update?.proration_behavior ?? before?.subscription_update.proration_behavior ?? 'none',
      schedule_at_period_end: { conditions: [] },
      trial_update_behavior: 'end_trial',
    },
  } as Configuration['features'];
}

const sessionCreation = z.strictObject({
  configuration: id.optional(),
  customer: id,
  return_url: text.optional(),
});

function open(world: World, given: z.output<typeof sessionCreation>): PortalSessionRow {
  const customer = customerOf(world, given.customer, 'customer');
  const all = world.all('billing_portal.configuration').filter((it) => it.active);
  const configuration = given.configuration
    ? configurationOf(world, given.configuration, 'configuration')
    : all.find((it) => it.is_default);
  if (!configuration) {
    throw invalid(
      'No configuration provided and your test mode default configuration has not been created. Provide a configuration or create your default by saving your customer portal settings in test mode at https://dashboard.stripe.com/test/settings/billing/portal.',
    );
  }
  const session = world.newId('bps');
  return world.put<PortalSessionRow>({
    id: session,
    object: 'billing_portal.session',
    after_expiration: null,
    configuration: configuration.id,
    created: world.now(customer.test_clock),
    customer: customer.id,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: given.return_url ?? configuration.default_return_url,
    url: `${world.url()}/portal/${session}`,
  });
}

function configurationOf(world: World, wanted: string, param = 'id'): Configuration {
  const row = world.get('billing_portal.configuration', wanted);
  if (!row) throw missing('configuration', wanted, param);
  return row;
}

const PATH = '/v1/billing_portal/configurations';

export const portalRoutes = [
  route('POST', PATH, creation, (world, given) => build(world, given)),
  route(
    'GET',
    PATH,
    z.strictObject({ ...paging, active: flag.optional(), is_default: flag.optional() }),
    (world, given) => {
      const found = world
        .all('billing_portal.configuration')
        .reverse()
        .filter(
          (it) =>
            (given.active === undefined || it.active === given.active) &&
            (given.is_default === undefined || it.is_default === given.is_default),
        );
      return page(found, given, PATH);
    },
  ),
  route('GET', `${PATH}/:id`, z.strictObject({}), (world, _given, ids) =>
    configurationOf(world, ids['id'] ?? ''),
  ),
  route('POST', `${PATH}/:id`, change, (world, given, ids) =>
    build(world, given, configurationOf(world, ids['id'] ?? '')),
  ),
  route('POST', '/v1/billing_portal/sessions', sessionCreation, open),
];
