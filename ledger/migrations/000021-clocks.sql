-- Clocks: an account of a simulated customer can have a time of its own, ahead of the machine's, so that a month
-- of its subscription passes in minutes.
--
-- Grants, their expiry, the drip and what billing does carry the account's time; what runs do, deadlines and
-- budgets carry the machine's. `accounts.due_at` stays in the machine's time, so the statements of the gate
-- compare it as before: only what lets time happen asks for the clock. Nearly always nobody has one.

create table tollgate.clocks (
  account bigint primary key references tollgate.accounts (id),
  -- Kept in seconds: days of 24 hours, whatever the time zone of a session.
  ahead   interval not null check (ahead > interval '0')
);
comment on table tollgate.clocks is 'How far the time of an account is ahead of the machine''s. It only ever grows.';

create function tollgate.ahead_of(p_account bigint) returns interval language sql stable as $$
  select coalesce((select ahead from tollgate.clocks where account = p_account), interval '0');
$$;

-- A link to a customer of Stripe holds for ever; one made by a simulator is forgotten with that simulator.
alter table tollgate.stripe_customers add column simulated boolean not null default false;

create function tollgate.set_stripe_customer(p_account bigint, p_customer text, p_simulated boolean)
returns text language plpgsql as $$
declare v_customer text;
begin
  insert into tollgate.stripe_customers as c (account, customer, simulated) values (p_account, p_customer, p_simulated)
  on conflict (account) do update
    set customer = coalesce(c.customer, excluded.customer),
        simulated = case when c.customer is null then excluded.simulated else c.simulated end
  returning customer into v_customer;
  return v_customer;
end $$;

-- Puts an account's time forward, and lets everything happen that it brings. Never back: then nothing changes.
-- Answers the account's time.
create function tollgate.move_clock(p_now timestamptz, p_account bigint, p_to timestamptz) returns timestamptz language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  if p_to > v_now + tollgate.ahead_of(p_account) then
    insert into tollgate.clocks (account, ahead) values (p_account, extract(epoch from p_to - v_now) * interval '1 second')
      on conflict (account) do update set ahead = excluded.ahead;
    perform tollgate.advance(a, v_now);
  end if;
  return v_now + tollgate.ahead_of(p_account);
end $$;

-- ----------------------------------------------------------- as before, but by the account's time

create or replace function tollgate.pick_head(p_account bigint) returns void language sql as $$
  update tollgate.accounts a
     set head = h.id, head_remaining = coalesce(h.remaining, 0), head_reserved = coalesce(h.reserved, 0),
         due_at = least(
           coalesce((select min(expires_at) from tollgate.grants where account = p_account and open), 'infinity'),
           case when a.drip_amount > 0 then (a.dripped_on + 1)::timestamp at time zone 'UTC' else 'infinity' end)
           - tollgate.ahead_of(p_account)
    from (select in_line from tollgate.accounts where id = p_account) line
    left join lateral (
      select id, remaining, reserved from tollgate.grants
       where account = p_account and open and remaining > reserved and not line.in_line
       order by priority, expires_at, id limit 1) h on true
   where a.id = p_account;
$$;

create or replace function tollgate.advance(a tollgate.accounts, p_now timestamptz)
returns tollgate.accounts language plpgsql as $$
declare
  g tollgate.grants;
  v_now timestamptz := p_now + tollgate.ahead_of(a.id);
  v_today date := (v_now at time zone 'UTC')::date;
  v_midnight timestamptz;
  v_drip bigint;
begin
  perform tollgate.flush_head(a);
  loop
    select * into g from tollgate.grants
      where account = a.id and open and expires_at <= v_now order by expires_at, id limit 1;
    v_midnight := case when a.drip_amount > 0 and a.dripped_on < v_today
                    then (a.dripped_on + 1)::timestamp at time zone 'UTC' end;
    exit when g.id is null and v_midnight is null;
    if v_midnight is null or g.expires_at <= v_midnight then
      update tollgate.grants set remaining = reserved, open = false, ended = 'expired' where id = g.id;
      if g.remaining > g.reserved then
        a := tollgate.move(a, 'expired', g.id, g.reserved - g.remaining, g.expires_at);
      end if;
    else
      v_drip := least(a.drip_amount, a.drip_cap - a.balance);
      if v_drip > 0 then
        a := tollgate.add_grant(a, 'drip:' || (v_midnight at time zone 'UTC')::date, 'drip', v_drip, 0::smallint, null, v_midnight);
        a.dripped_on := (v_midnight at time zone 'UTC')::date;
      else
        -- At the cap nothing drips until an expiry makes room: pass over the midnights before it at once.
        a.dripped_on := least(v_today, ((g.expires_at - interval '1 microsecond') at time zone 'UTC')::date);
      end if;
      update tollgate.accounts set dripped_on = a.dripped_on where id = a.id;
    end if;
  end loop;
  perform tollgate.pick_head(a.id);
  select * into a from tollgate.accounts where id = a.id;
  return a;
end $$;

create or replace function tollgate.set_drip(p_now timestamptz, p_account bigint, p_amount bigint, p_cap bigint)
returns void language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  v_now timestamptz := coalesce(p_now, clock_timestamp()) + tollgate.ahead_of(p_account);
begin
  update tollgate.accounts set drip_amount = p_amount, drip_cap = p_cap,
         dripped_on = case when a.drip_amount > 0 then dripped_on else (v_now at time zone 'UTC')::date end
   where id = p_account;
  perform tollgate.flush_head(a);
  perform tollgate.pick_head(p_account);
end $$;

create or replace function tollgate.grant_credits(p_now timestamptz, p_account bigint, p_key text, p_source text,
  p_amount bigint, p_priority smallint, p_expires_at timestamptz)
returns text language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  g tollgate.grants;
  v_now timestamptz := coalesce(p_now, clock_timestamp()) + tollgate.ahead_of(p_account);
begin
  select * into g from tollgate.grants where account = p_account and key = p_key;
  if found then
    return case when (g.source, g.amount, g.priority, coalesce(g.expires_at, 'infinity'))
                   = (p_source, p_amount, p_priority, coalesce(p_expires_at, 'infinity')) then 'exists' else 'differs' end;
  end if;
  perform tollgate.flush_head(a);
  a := tollgate.add_grant(a, p_key, p_source, p_amount, p_priority, p_expires_at, v_now);
  perform tollgate.pick_head(p_account);
  perform tollgate.lock_account(p_account, p_now);   -- a grant that has expired already, expires now
  return 'created';
end $$;

create or replace function tollgate.revoke_grant(p_now timestamptz, p_account bigint, p_key text, p_amount bigint)
returns bigint language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  g tollgate.grants;
  v_now timestamptz := coalesce(p_now, clock_timestamp()) + tollgate.ahead_of(p_account);
  v_take bigint;
begin
  perform tollgate.flush_head(a);
  select * into g from tollgate.grants where account = p_account and key = p_key;
  if not found then return null; end if;
  v_take := least(coalesce(p_amount, g.amount), g.remaining - g.reserved);
  update tollgate.grants
     set remaining = remaining - v_take, open = open and p_amount is not null and remaining > v_take,
         ended = case when p_amount is null then coalesce(ended, 'revoked') else ended end
   where id = g.id;
  if v_take > 0 then a := tollgate.move(a, 'revoked', g.id, -v_take, v_now); end if;
  perform tollgate.pick_head(p_account);
  return v_take;
end $$;

create or replace function tollgate.set_frozen(p_now timestamptz, p_account bigint, p_frozen boolean) returns void language plpgsql as $$
begin
  perform tollgate.lock_account(p_account, p_now);
  perform tollgate.set_freeze(p_account, case when p_frozen then 'operator' end, p_frozen,
    coalesce(p_now, clock_timestamp()) + tollgate.ahead_of(p_account));
end $$;

create or replace function tollgate.apply_billing(p_now timestamptz, p_account bigint, p_commands jsonb) returns jsonb language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  v_now timestamptz := coalesce(p_now, clock_timestamp()) + tollgate.ahead_of(p_account);
  c jsonb; v_moved bigint; v_changed boolean; v_answers jsonb := '[]';
begin
  perform tollgate.flush_head(a);
  update tollgate.accounts set head = null, head_remaining = 0, head_reserved = 0 where id = p_account;
  for c in select * from jsonb_array_elements(p_commands) loop
    select * into a from tollgate.accounts where id = p_account;
    select moved, changed into v_moved, v_changed from tollgate.apply_one(a, c, v_now);
    v_answers := v_answers || jsonb_build_array(jsonb_build_array(v_moved::text, v_changed));
  end loop;
  perform tollgate.pick_head(p_account);
  perform tollgate.lock_account(p_account, p_now);
  return v_answers;
end $$;
