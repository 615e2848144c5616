-- Notices: what the owner of an account is told, and to whom. An outbox: a notice is written together with
-- what it tells of, and delivered afterwards. No statement of the gate knows of it.

-- Written by whoever makes a thing happen, once: `key` names the happening. `id` is what receivers know it by, `seq`
-- is the order. No foreign key: locking the account's row for it would stand in the gate's way.
create table tollgate.notices (
  id      uuid primary key default gen_random_uuid(),
  seq     bigint generated always as identity unique,
  key     text not null unique check (key <> ''),
  account bigint not null,
  kind    text not null check (kind <> ''),
  version smallint not null default 1,
  at      timestamptz not null,
  data    jsonb not null
);
create index notices_account on tollgate.notices (account, seq);
comment on table tollgate.notices is 'One row per happening; never changed, kept for 90 days.';

-- Amounts that an account's owner wants to hear about. `below`: on which side the sweep last saw what is available.
create table tollgate.thresholds (
  id        bigint generated always as identity primary key,
  account   bigint not null references tollgate.accounts (id),
  amount    bigint not null check (amount > 0),
  below     boolean not null,
  crossings bigint not null default 0,
  unique (account, amount)
);
comment on table tollgate.thresholds is 'Every change of `below` has written one notice.';

-- Accounts that could not pay for a call and have not had enough for it since.
create table tollgate.shortages (
  account bigint primary key references tollgate.accounts (id),
  needed  bigint not null,
  since   timestamptz not null
);
comment on table tollgate.shortages is 'Every row has written one notice, and writes another when it goes.';

-- Where notices go. `account` null: those of every account; `kinds` null: of every kind.
create table tollgate.endpoints (
  id               uuid primary key default gen_random_uuid(),
  url              text not null,
  account          bigint references tollgate.accounts (id),
  kinds            text[] check (kinds <> '{}'),
  secret           text not null,
  -- The one before the last rotation, and until when it signs as well.
  old_secret       text,
  old_secret_until timestamptz,
  -- Null while it is served. `gone`: it answered 410.
  disabled         text check (disabled in ('operator', 'gone')),
  -- The first attempt that failed since the last one that succeeded.
  failing_since    timestamptz,
  added_at         timestamptz not null
);

-- Which notice goes where. Those of one account go to one endpoint in order, so only the oldest pending one is ever sent.
create table tollgate.deliveries (
  endpoint  uuid not null references tollgate.endpoints (id) on delete cascade,
  notice    bigint not null references tollgate.notices (seq) on delete cascade,
  account   bigint not null,
  state     text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts  integer not null default 0,
  queued_at timestamptz not null,
  due_at    timestamptz not null,
  tried_at  timestamptz,
  -- What the last attempt met: an HTTP status, or why there was none.
  answer    text,
  primary key (endpoint, notice)
);
create index deliveries_pending on tollgate.deliveries (endpoint, account, notice) where state = 'pending';
create index deliveries_notice on tollgate.deliveries (notice);

-- Micro-credits as the decimal string of every wire.
create function tollgate.credits_text(p_amount bigint) returns text language sql immutable as $$
  select trim_scale(p_amount::numeric / 1000000)::text;
$$;

-- Writes a notice and addresses it to every endpoint that asks for it. Null: that happening has been told of before.
create function tollgate.write_notice(p_key text, p_kind text, p_account bigint, p_at timestamptz, p_data jsonb)
returns uuid language plpgsql as $$
declare n tollgate.notices;
begin
  insert into tollgate.notices (key, kind, account, at, data) values (p_key, p_kind, p_account, p_at, p_data)
  on conflict (key) do nothing returning * into n;
  if not found then return null; end if;
  insert into tollgate.deliveries (endpoint, notice, account, queued_at, due_at)
  select e.id, n.seq, n.account, n.at, n.at from tollgate.endpoints e
   where e.disabled is null and (e.account is null or e.account = n.account) and (e.kinds is null or n.kind = any (e.kinds))
     for key share;                                   -- one that is being removed is passed over
  return n.id;
end $$;

-- Keeps exactly these thresholds. A new one begins on the side on which the account stands, so it tells of nothing yet.
create function tollgate.set_thresholds(p_now timestamptz, p_account bigint, p_amounts bigint[])
returns void language plpgsql as $$
declare a tollgate.accounts := tollgate.lock_account(p_account, p_now);
begin
  delete from tollgate.thresholds where account = p_account and amount <> all (p_amounts);
  insert into tollgate.thresholds (account, amount, below)
  select p_account, amount, a.balance - a.reserved < amount from unnest(p_amounts) as amount
  on conflict (account, amount) do nothing;
end $$;

-- Tells that an account is out of credits, unless it has been out before.
create function tollgate.begin_shortage(p_now timestamptz, p_account bigint, p_needed bigint, p_data jsonb)
returns boolean language plpgsql as $$
declare v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  insert into tollgate.shortages (account, needed, since) values (p_account, p_needed, v_now) on conflict (account) do nothing;
  if not found then return false; end if;
  perform tollgate.write_notice('out:' || p_account || ':' || v_now, 'credits.out', p_account, v_now, p_data);
  return true;
end $$;

-- Tells that an account is out of credits no longer, if it was.
create function tollgate.end_shortage(p_now timestamptz, p_account bigint)
returns boolean language plpgsql as $$
declare s tollgate.shortages; v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  delete from tollgate.shortages where account = p_account returning * into s;
  if not found then return false; end if;
  perform tollgate.write_notice('back:' || p_account || ':' || s.since, 'credits.back', p_account, v_now,
            jsonb_build_object('account', name, 'available', tollgate.credits_text(balance - reserved),
              'outSince', to_char(s.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
     from tollgate.accounts where id = p_account;
  return true;
end $$;

-- Finds thresholds that what is available has crossed since the last sweep, and shortages that are over, and writes a
-- notice of each. One sweep at a time: another would decide by what it saw before this one. Accounts that time has
-- changed and nobody has looked at since are left to the next sweep.
create function tollgate.sweep_notices(p_now timestamptz) returns integer language plpgsql as $$
declare v_now timestamptz := coalesce(p_now, clock_timestamp()); v_crossed integer; v_over integer;
begin
  if not pg_try_advisory_xact_lock(7061737034) then return 0; end if;
  select count(tollgate.end_shortage(v_now, id)) into v_over from (
    select a.id from tollgate.shortages s join tollgate.accounts a on a.id = s.account
     where a.due_at > v_now and a.balance - a.reserved >= s.needed order by a.id) enough;
  with crossed as (
    update tollgate.thresholds t set below = not t.below, crossings = t.crossings + 1
      from tollgate.accounts a
     where a.id = t.account and a.due_at > v_now and t.below <> (a.balance - a.reserved < t.amount)
    returning t.id, t.account, t.amount, t.below, t.crossings, a.name, a.balance - a.reserved as available
  ), in_order as (                                    -- as they were crossed on the way
    select * from crossed order by account, case when below then -amount else amount end
  )
  select count(tollgate.write_notice('threshold:' || id || ':' || crossings,
           case when below then 'credits.low' else 'credits.recovered' end, account, v_now,
           jsonb_build_object('account', name, 'threshold', tollgate.credits_text(amount),
                              'available', tollgate.credits_text(available))))
    into v_crossed from in_order;
  return v_over + v_crossed;
end $$;

-- Tells of the reservation that lapsed last under this key.
create function tollgate.write_lapse_notice(p_run uuid, p_call bigint) returns void language sql as $$
  select tollgate.write_notice('lapsed:' || e.account || ':' || e.seq, 'reservation.lapsed', e.account, e.at,
           jsonb_strip_nulls(jsonb_build_object(
             'account', a.name, 'run', e.run, 'agent', r.agent, 'workflowId', r.workflow_id, 'workflowRunId', r.workflow_run_id,
             'block', p.block, 'nth', e.nth, 'credits', tollgate.credits_text(e.reserved))))
    from tollgate.entries e
    join tollgate.accounts a on a.id = e.account
    join tollgate.prices p on p.id = e.price
    left join tollgate.runs r on r.id = e.run
   where e.run = p_run and e.call = p_call and e.kind = 'lapsed' order by e.seq desc limit 1;
$$;

-- As before, and writes a notice of each.
create or replace function tollgate.lapse_overdue(p_now timestamptz, p_limit integer)
returns integer language plpgsql as $$
declare r record; v_count integer := 0;
begin
  for r in select run, call, account from tollgate.reservations
            where deadline_at <= coalesce(p_now, clock_timestamp()) order by account limit p_limit loop
    if (tollgate.close_one(p_now, 5, r.run, r.call, r.account, 0, 0, null))[1] = 1 then
      perform tollgate.write_lapse_notice(r.run, r.call);
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end $$;

-- What an attempt came to, unless another attempt has said so already: delivered, failed for good, or due again.
create function tollgate.close_attempt(p_now timestamptz, p_endpoint uuid, p_notice bigint, p_attempt integer,
  p_state text, p_answer text, p_retry_ms bigint, p_gone boolean)
returns void language plpgsql as $$
declare v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  update tollgate.deliveries
     set state = p_state, attempts = p_attempt, tried_at = v_now, answer = p_answer,
         due_at = v_now + p_retry_ms * interval '1 millisecond'
   where endpoint = p_endpoint and notice = p_notice and state = 'pending' and attempts = p_attempt - 1;
  if not found then return; end if;
  update tollgate.endpoints
     set failing_since = case when p_state = 'delivered' then null else coalesce(failing_since, v_now) end,
         disabled = case when p_gone then coalesce(disabled, 'gone') else disabled end
   where id = p_endpoint;
end $$;

-- Sends notices once more: to every endpoint that asks for them now, also one added since. Returns how many deliveries.
create function tollgate.replay_notices(p_now timestamptz, p_id uuid, p_since timestamptz, p_account bigint, p_endpoint uuid)
returns integer language plpgsql as $$
declare v_now timestamptz := coalesce(p_now, clock_timestamp()); v_count integer;
begin
  insert into tollgate.deliveries as d (endpoint, notice, account, queued_at, due_at)
  select e.id, n.seq, n.account, v_now, v_now
    from tollgate.notices n
    join tollgate.endpoints e on e.disabled is null and (e.account is null or e.account = n.account)
                             and (e.kinds is null or n.kind = any (e.kinds))
   where (p_id is null or n.id = p_id) and (p_since is null or n.at >= p_since)
     and (p_account is null or n.account = p_account) and (p_endpoint is null or e.id = p_endpoint)
     for key share of e
  on conflict (endpoint, notice) do update
    set state = 'pending', attempts = 0, queued_at = excluded.queued_at, due_at = excluded.due_at, answer = null
    where d.state <> 'pending';
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- Forgets the oldest notices once they are 90 days old, a few at a time.
create function tollgate.forget_notices(p_now timestamptz) returns void language sql as $$
  delete from tollgate.notices where seq in (
    select seq from (select seq, at from tollgate.notices order by seq limit 500) oldest
     where at < coalesce(p_now, clock_timestamp()) - interval '90 days');
$$;
