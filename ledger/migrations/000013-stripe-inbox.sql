-- Accounts and their customers at Stripe, and the inbox of Stripe's events.

-- The place is made before the customer: whoever makes the customer, and however often, makes it for this place.
create table tollgate.stripe_customers (
  account  bigint primary key references tollgate.accounts,
  place    uuid not null default gen_random_uuid(),
  customer text unique
);

-- Every event that was ever taken, for ever: the same event again does nothing. Without an account it concerns nobody here.
create table tollgate.stripe_events (
  id           text primary key,
  type         text not null,
  account      bigint references tollgate.accounts,
  received_at  timestamptz not null,
  signalled_at timestamptz                              -- null: the workflow may not have heard of it
);

create index on tollgate.stripe_events (account, received_at);

-- Answers whether the event still has to be told to the workflow.
create function tollgate.receive_stripe_event(p_now timestamptz, p_id text, p_type text, p_account bigint)
returns boolean language plpgsql as $$
declare v_now timestamptz := coalesce(p_now, clock_timestamp()); v_told timestamptz;
begin
  insert into tollgate.stripe_events (id, type, account, received_at, signalled_at)
  values (p_id, p_type, p_account, v_now, case when p_account is null then v_now end)
  on conflict (id) do nothing;
  select signalled_at into v_told from tollgate.stripe_events where id = p_id;
  return v_told is null;
end $$;

-- The customer of an account, once and for good; answers the one that it has.
create function tollgate.set_stripe_customer(p_account bigint, p_customer text)
returns text language plpgsql as $$
declare v_customer text;
begin
  insert into tollgate.stripe_customers as c (account, customer) values (p_account, p_customer)
  on conflict (account) do update set customer = coalesce(c.customer, excluded.customer)
  returning customer into v_customer;
  return v_customer;
end $$;
