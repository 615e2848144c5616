-- Budgets: caps on what may be spent, beside the balance. They hold no credits; a reserve that would
-- lift a budget above its cap is refused, in the same statement that checks the balance.
--
-- A budget belongs to an account and caps one of its agents, schedules, members, or all of it, per day
-- or month of a time zone; or one run, for its whole life. `reserved` counts open reservations whenever
-- they were made; when a period ends, `spent` begins anew.
--! breaking

create table tollgate.budgets (
  id       bigint generated always as identity primary key,
  account  bigint not null references tollgate.accounts (id),
  kind     text not null check (kind in ('account', 'agent', 'schedule', 'member', 'run')),
  -- The agent's, schedule's or member's name, the run's key, '' for the account.
  subject  text not null check ((subject = '') = (kind = 'account')),
  period   text not null check (period in ('day', 'month', 'run') and (period = 'run') = (kind = 'run')),
  zone     text not null default 'UTC',
  cap      bigint not null check (cap >= 0),
  spent    bigint not null default 0 check (spent >= 0),
  reserved bigint not null default 0 check (reserved >= 0),
  ends_at  timestamptz not null,
  unique (account, kind, subject, period)
) with (fillfactor = 50);
comment on table tollgate.budgets is
  'reserved = what open reservations that name it have set aside; no reserve and no settle lifts spent + reserved above cap.';

-- An account without budgets pays nothing for them.
alter table tollgate.accounts add column budgeted boolean not null default false;
-- The budgets that a reservation counts against.
alter table tollgate.reservations add column budgets bigint[];
-- The runs whose own budget caps this one: itself and those above it that have one.
alter table tollgate.runs add column capped_by uuid[];

create function tollgate.period_end(p_period text, p_zone text, p_now timestamptz) returns timestamptz language sql stable as $$
  select case when p_period = 'run' then 'infinity'
    else (date_trunc(p_period, p_now at time zone p_zone) + ('1 ' || p_period)::interval) at time zone p_zone end;
$$;

-- Sets a cap, or changes it; what was spent in the period stays counted. The account is locked.
create function tollgate.set_budget(p_now timestamptz, p_account bigint, p_kind text, p_subject text, p_period text, p_zone text, p_cap bigint)
returns void language plpgsql as $$
declare a tollgate.accounts := tollgate.lock_account(p_account, p_now); v_end timestamptz := tollgate.period_end(p_period, p_zone, coalesce(p_now, clock_timestamp()));
begin
  insert into tollgate.budgets as b (account, kind, subject, period, zone, cap, ends_at)
    values (p_account, p_kind, p_subject, p_period, p_zone, p_cap, v_end)
  on conflict (account, kind, subject, period) do update
    set cap = excluded.cap, zone = excluded.zone, ends_at = case when b.zone = excluded.zone then b.ends_at else excluded.ends_at end;
  update tollgate.accounts set budgeted = true where id = p_account;
end $$;

-- Open reservations that name it find nothing to give back to, which is harmless.
create function tollgate.remove_budget(p_account bigint, p_kind text, p_subject text, p_period text)
returns boolean language plpgsql as $$
declare v_removed boolean;
begin
  perform 1 from tollgate.accounts where id = p_account for no key update;
  delete from tollgate.budgets where account = p_account and kind = p_kind and subject = p_subject and period = p_period;
  v_removed := found;
  update tollgate.accounts set budgeted = exists (select from tollgate.budgets where account = p_account) where id = p_account;
  return v_removed;
end $$;

-- The budgets that a run's calls count against.
create function tollgate.budgets_of(p_account bigint, p_run uuid) returns setof bigint language sql stable as $$
  select b.id from tollgate.runs r
   cross join lateral (
     values ('account', ''), ('agent', r.agent), ('schedule', r.schedule), ('member', r.member)
     union all select 'run', capped::text from unnest(r.capped_by) as capped) s (kind, subject)
    join tollgate.budgets b on b.account = p_account and b.kind = s.kind and b.subject = s.subject
   where r.id = p_run;
$$;

-- Begins a new period where one has ended.
create function tollgate.roll_budgets(p_ids bigint[], p_now timestamptz) returns void language sql as $$
  update tollgate.budgets set spent = 0, ends_at = tollgate.period_end(period, zone, p_now)
   where id = any (p_ids) and ends_at <= p_now;
$$;

-- Counts a reserve against every budget of its run, or refuses: the id of the one with the least room, negative.
create function tollgate.claim_budgets(p_account bigint, p_run uuid, p_amount bigint, p_now timestamptz)
returns bigint[] language plpgsql as $$
declare v_ids bigint[] := array(select tollgate.budgets_of(p_account, p_run)); v_full bigint;
begin
  perform tollgate.roll_budgets(v_ids, p_now);
  select id into v_full from tollgate.budgets where id = any (v_ids) and cap - spent - reserved < p_amount
   order by cap - spent - reserved limit 1;
  if found then return array[-v_full]; end if;
  update tollgate.budgets set reserved = reserved + p_amount where id = any (v_ids);
  return v_ids;
end $$;

-- What may still be spent under all of them; null where there are none.
create function tollgate.room_in_budgets(p_ids bigint[], p_now timestamptz) returns bigint language plpgsql as $$
begin
  perform tollgate.roll_budgets(p_ids, p_now);
  return (select greatest(0, min(cap - spent - reserved)) from tollgate.budgets where id = any (p_ids) having count(*) > 0);
end $$;

create function tollgate.close_budgets(p_ids bigint[], p_reserved bigint, p_charged bigint) returns void language sql as $$
  update tollgate.budgets set reserved = reserved - p_reserved, spent = spent + p_charged where id = any (p_ids);
$$;
