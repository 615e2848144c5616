-- Gated schedules: which schedules an account has, what it takes to make one again in Temporal, and what
-- they did not run for want of credits. Temporal runs them; this is what Temporal does not keep.

create table tollgate.schedules (
  account      bigint not null references tollgate.accounts (id),
  id           text not null check (id ~ '^[^\s]{1,100}$'),
  -- Temporal's, in which it ticks.
  namespace    text not null,
  agent        text not null,
  -- All that it takes to make it in Temporal; written and read by client/ alone.
  recipe       jsonb not null,
  on_replenish text not null check (on_replenish in ('skip', 'run-once')),
  -- What must be available for a run to start: as its owner says, else as the last refusal has taught.
  needs        bigint check (needs >= 0),
  learned      bigint check (learned > 0),
  created_at   timestamptz not null,
  -- Ticks that ran nothing, and those of them since the account's credits last came back.
  skipped      bigint not null default 0,
  missed       bigint not null default 0,
  -- Set while Tollgate holds it paused; when the poll last said that it may go on.
  paused_at    timestamptz,
  noticed_at   timestamptz,
  -- Set while it is being resumed: since when, and for how many missed ticks.
  resuming_at  timestamptz,
  owed         bigint not null default 0,
  -- Its owner has deleted it; the row goes once Temporal's schedule is gone.
  deleting     boolean not null default false,
  primary key (account, id)
);

create index schedules_held on tollgate.schedules (namespace, account) where paused_at is not null;

-- A scheduled run that ended uncharged. Its key makes the count exact, however often it is reported.
create table tollgate.skipped_runs (
  run         text primary key,
  account     bigint not null,
  schedule    text not null,
  workflow_id text not null,
  reason      text not null check (reason in ('credits', 'budget', 'frozen')),
  needed      bigint not null,
  available   bigint not null,
  at          timestamptz not null,
  foreign key (account, schedule) references tollgate.schedules (account, id) on delete cascade
);
create index skipped_runs_schedule on tollgate.skipped_runs (account, schedule, at);

-- Counts a run as skipped, once. A schedule that is not in the registry has nowhere to count.
create function tollgate.skip_run(p_now timestamptz, p_account bigint, p_schedule text, p_run text, p_workflow_id text,
  p_reason text, p_needed bigint, p_available bigint, p_learned bigint) returns void language plpgsql as $$
begin
  insert into tollgate.skipped_runs (run, account, schedule, workflow_id, reason, needed, available, at)
    select p_run, account, id, p_workflow_id, p_reason, p_needed, p_available, coalesce(p_now, clock_timestamp())
      from tollgate.schedules where account = p_account and id = p_schedule
    on conflict do nothing;
  if not found then return; end if;
  update tollgate.schedules
     set skipped = skipped + 1, missed = missed + (p_reason = 'credits')::int, learned = coalesce(p_learned, learned)
   where account = p_account and id = p_schedule;
end $$;

-- What keeps a run from starting: its account is frozen, holds less than the run needs, or a budget has
-- no room for that; null when nothing does. A run without a word on its needs wants something to be there.
create function tollgate.preflight(p_now timestamptz, p_account bigint, p_schedule text, p_agent text, p_member text, p_needs bigint)
returns table (reason text, needed bigint, available bigint) language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  v_learned bigint := (select learned from tollgate.schedules where account = p_account and id = p_schedule);
  v_room bigint;
begin
  needed := coalesce(p_needs, v_learned, 1);
  available := a.balance - a.reserved;
  select min(b.cap - b.reserved - case when b.ends_at > v_now then b.spent else 0 end) into v_room
    from tollgate.budgets b
   where b.account = p_account
     and (b.kind, b.subject) in (('account', ''), ('agent', p_agent), ('schedule', p_schedule), ('member', p_member));
  reason := case when a.frozen then 'frozen' when available < needed then 'credits' when v_room < needed then 'budget' end;
  -- There is enough for what was refused last, so the next refusal may teach anew.
  if reason is null and v_learned is not null then
    update tollgate.schedules set learned = null where account = p_account and id = p_schedule;
  end if;
  return next;
end $$;

-- What a schedule asks for: as its owner says, else as the last refusal has taught, else something.
create function tollgate.needs_of(s tollgate.schedules) returns bigint language sql immutable as $$
  select coalesce(s.needs, s.learned, 1);
$$;

-- The poll: names of the accounts of which a held schedule may go on, each at most once in p_quiet_ms. Where runs
-- wait in line, they come first, and the line is looked after by itself.
create function tollgate.find_due_schedules(p_now timestamptz, p_namespace text, p_quiet_ms bigint)
returns setof text language sql as $$
  with due as (
    select distinct s.account
      from tollgate.schedules s join tollgate.accounts a on a.id = s.account
     where s.namespace = p_namespace and s.paused_at is not null and not s.deleting
       and (s.noticed_at is null or s.noticed_at <= coalesce(p_now, clock_timestamp()) - p_quiet_ms * interval '1 millisecond')
       and (a.due_at <= coalesce(p_now, clock_timestamp())
            or not a.frozen and a.balance - a.reserved >= tollgate.needs_of(s))
       and not exists (select from tollgate.lines l where l.account = s.account and l.namespace = s.namespace)
  ), noticed as (
    update tollgate.schedules s set noticed_at = coalesce(p_now, clock_timestamp())
      from due d where s.account = d.account and s.namespace = p_namespace and s.paused_at is not null
    returning s.account
  )
  select a.name from tollgate.accounts a where a.id in (select account from noticed);
$$;
