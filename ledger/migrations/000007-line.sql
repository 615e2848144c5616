-- The line: calls that were refused for want of credits, whose runs wait for some. First refused, first woken.
--
-- Nothing here is on the way of a reserve or a settle. A refused call joins; the workflow out-of-credits:{account}
-- wakes from the front as far as the credits reach; a poll finds the accounts whose credits now reach.

-- One row per account and namespace with a line; also the lock under which its line changes.
create table tollgate.lines (
  account    bigint not null references tollgate.accounts (id),
  namespace  text not null,
  -- When the poll last said that there is something to do, and when it last saw that the first run is still there.
  noticed_at timestamptz,
  checked_at timestamptz,
  primary key (account, namespace)
);

-- waiting: in line. woken: its credits are set aside under its own key, its run is not told yet. told: its run
-- goes on; kept for a day, so that a call that is refused once more comes back to its old place.
create table tollgate.waiting (
  run             uuid not null,
  call            bigint not null,
  place           bigint generated always as identity,
  account         bigint not null,
  namespace       text not null,
  workflow_run_id text not null,
  needed          bigint not null check (needed >= 0),
  price           integer not null,
  nth             integer not null,
  since           timestamptz not null,
  deadline_at     timestamptz not null,
  state           text not null default 'waiting' check (state in ('waiting', 'woken', 'told')),
  told_at         timestamptz check ((told_at is null) = (state <> 'told')),
  primary key (run, call)
);
create index waiting_line on tollgate.waiting (account, namespace, state, place);
create index waiting_told on tollgate.waiting (told_at) where state = 'told';
comment on table tollgate.waiting is 'Calls whose runs wait for credits, in the order of place.';

-- Joins the line, or finds the old place again. The deadline counts from the first refusal in this execution.
create function tollgate.join_line(p_now timestamptz, p_namespace text, p_account bigint, p_run uuid, p_call bigint,
  p_needed bigint, p_price integer, p_nth integer, p_workflow_run_id text, p_limit_ms bigint)
returns tollgate.waiting language plpgsql as $$
declare w tollgate.waiting; v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  insert into tollgate.lines as l (account, namespace) values (p_account, p_namespace)
    on conflict (account, namespace) do update set noticed_at = l.noticed_at;      -- locks it
  insert into tollgate.waiting as old (run, call, account, namespace, workflow_run_id, needed, price, nth, since, deadline_at)
    values (p_run, p_call, p_account, p_namespace, p_workflow_run_id, p_needed, p_price, p_nth, v_now,
            v_now + p_limit_ms * interval '1 millisecond')
  on conflict (run, call) do update
    set state = 'waiting', told_at = null, namespace = excluded.namespace, workflow_run_id = excluded.workflow_run_id,
        needed = excluded.needed, price = excluded.price,
        deadline_at = case when old.workflow_run_id = excluded.workflow_run_id then old.deadline_at else excluded.deadline_at end
  returning * into w;
  return w;
end $$;

-- Wakes from the front: sets aside what each call needs under its own key, so that nobody takes it between the
-- wake and the run. Stops at the first that does not fit; nobody passes it. Who waits beyond the deadline has left.
-- Claim 0 says that no attempt has taken the reservation over yet. Returns how many were woken.
create function tollgate.wake_line(p_now timestamptz, p_namespace text, p_account bigint, p_limit integer, p_hold_ms bigint)
returns integer language plpgsql as $$
declare w tollgate.waiting; v_now timestamptz := coalesce(p_now, clock_timestamp()); v_count integer := 0;
begin
  perform 1 from tollgate.lines where account = p_account and namespace = p_namespace for update;
  delete from tollgate.waiting
   where account = p_account and namespace = p_namespace and state = 'waiting' and deadline_at <= v_now;
  while v_count < p_limit loop
    select * into w from tollgate.waiting
     where account = p_account and namespace = p_namespace and state = 'waiting' order by place limit 1;
    exit when not found;
    if not tollgate.is_reserved_or_settled(w.run, w.call) then
      exit when (tollgate.reserve_carefully(p_now, w.run, w.call, p_account, w.needed, 0, w.price, w.nth, p_hold_ms, null))[1]
                in (10, 12);
    end if;                          -- any other refusal is for the run to hear, so it is woken too
    update tollgate.waiting set state = 'woken' where run = w.run and call = w.call;
    v_count := v_count + 1;
  end loop;
  perform tollgate.end_line(p_account, p_namespace);
  return v_count;
end $$;

create function tollgate.is_reserved_or_settled(p_run uuid, p_call bigint) returns boolean language sql stable as $$
  select exists (select from tollgate.reservations where run = p_run and call = p_call)
      or exists (select from tollgate.entries where run = p_run and call = p_call and kind = 'settled');
$$;

-- Their runs know that they may go on.
create function tollgate.confirm_told(p_now timestamptz, p_namespace text, p_account bigint, p_runs uuid[], p_calls bigint[])
returns void language plpgsql as $$
begin
  perform 1 from tollgate.lines where account = p_account and namespace = p_namespace for update;
  update tollgate.waiting w set state = 'told', told_at = coalesce(p_now, clock_timestamp())
    from unnest(p_runs, p_calls) as k (run, call) where w.run = k.run and w.call = k.call and w.state = 'woken';
  perform tollgate.end_line(p_account, p_namespace);
end $$;

-- The run has ended, or does not want the call any more: what was set aside for it comes back, unless an attempt has it.
create function tollgate.leave_line(p_now timestamptz, p_run uuid, p_call bigint) returns void language plpgsql as $$
declare w tollgate.waiting;
begin
  select * into w from tollgate.waiting where run = p_run and call = p_call;
  if not found then return; end if;
  perform 1 from tollgate.lines where account = w.account and namespace = w.namespace for update;
  delete from tollgate.waiting where run = p_run and call = p_call;
  if exists (select from tollgate.reservations where run = p_run and call = p_call and claim = 0) then
    perform tollgate.close_one(p_now, 4, p_run, p_call, w.account, 0, 0, null);
  end if;
  perform tollgate.end_line(w.account, w.namespace);
end $$;

-- The caller has locked the line.
create function tollgate.end_line(p_account bigint, p_namespace text) returns void language sql as $$
  delete from tollgate.lines l where account = p_account and namespace = p_namespace and not exists (
    select from tollgate.waiting w where w.account = l.account and w.namespace = l.namespace and w.state in ('waiting', 'woken'));
$$;

-- The poll: names of the accounts whose line can go on, each at most once in p_quiet_ms. Time is let to do what it has
-- brought (expiry, drip) where it has brought anything. One row is read per account with a line.
create function tollgate.find_due_lines(p_now timestamptz, p_namespace text, p_quiet_ms bigint)
returns setof text language plpgsql as $$
declare l record; a tollgate.accounts; v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  delete from tollgate.waiting where state = 'told' and told_at < v_now - interval '1 day';
  for l in
    select o.account, acc.name, acc.due_at <= v_now as is_due, w.state, w.needed,
           w.state = 'woken' or w.deadline_at <= v_now or tollgate.is_reserved_or_settled(w.run, w.call) as ready
      from tollgate.lines o
      join tollgate.accounts acc on acc.id = o.account
      cross join lateral (
        (select * from tollgate.waiting f
          where f.account = o.account and f.namespace = o.namespace and f.state = 'woken' limit 1)
        union all
        (select * from tollgate.waiting f
          where f.account = o.account and f.namespace = o.namespace and f.state = 'waiting' order by place limit 1)
        limit 1) w
     where o.namespace = p_namespace and (o.noticed_at is null or o.noticed_at <= v_now - p_quiet_ms * interval '1 millisecond')
       and (acc.due_at <= v_now or w.state = 'woken' or w.deadline_at <= v_now
            or not acc.frozen and acc.balance - acc.reserved >= w.needed
            or tollgate.is_reserved_or_settled(w.run, w.call))
       for update of o skip locked
  loop
    if l.is_due then
      a := tollgate.lock_account(l.account, p_now);
      continue when not l.ready and (a.frozen or a.balance - a.reserved < l.needed);
    end if;
    update tollgate.lines set noticed_at = v_now where account = l.account and namespace = p_namespace;
    return next l.name;
  end loop;
end $$;

-- The first of each line whose run nobody has looked after for so long; it may have ended without a word.
create function tollgate.find_unchecked(p_now timestamptz, p_namespace text, p_every_ms bigint, p_limit integer)
returns table (run uuid, call bigint) language sql as $$
  with unchecked as (
    select account, namespace from tollgate.lines
     where namespace = p_namespace
       and (checked_at is null or checked_at <= coalesce(p_now, clock_timestamp()) - p_every_ms * interval '1 millisecond')
     limit p_limit for update skip locked
  ), checked as (
    update tollgate.lines l set checked_at = coalesce(p_now, clock_timestamp())
      from unchecked u where l.account = u.account and l.namespace = u.namespace returning l.account, l.namespace
  )
  select w.run, w.call from checked c
   cross join lateral (select f.run, f.call from tollgate.waiting f where f.account = c.account and f.namespace = c.namespace
                          and f.state = 'waiting' order by place limit 1) w;
$$;
