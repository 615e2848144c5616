-- The first call in line comes before calls that have not begun: what it needs is kept back for it. A newcomer gets what
-- is available beyond that; else it is refused, and waits or halts as its run does. Nothing is moved: whoever comes to be
-- first has the claim, and whoever leaves the line loses it.
--
-- What has begun goes on as ever: a settle that draws, a block that asks for more, a call within the guarantee of its run.
--
-- Only an account with a line pays for it. It has no burning grant, so the shortest ways through the gate, which go by
-- that grant, pass it by; the careful ones ask who is first.

-- Whether a call of this account waits in line.
alter table tollgate.accounts add column in_line boolean not null default false;

-- Chooses the grant to burn next, none while a call waits; and when time will next change the account. After flush_head.
create or replace function tollgate.pick_head(p_account bigint) returns void language sql as $$
  update tollgate.accounts a
     set head = h.id, head_remaining = coalesce(h.remaining, 0), head_reserved = coalesce(h.reserved, 0),
         due_at = least(
           coalesce((select min(expires_at) from tollgate.grants where account = p_account and open), 'infinity'),
           case when a.drip_amount > 0 then (a.dripped_on + 1)::timestamp at time zone 'UTC' else 'infinity' end)
    from (select in_line from tollgate.accounts where id = p_account) line
    left join lateral (
      select id, remaining, reserved from tollgate.grants
       where account = p_account and open and remaining > reserved and not line.in_line
       order by priority, expires_at, id limit 1) h on true
   where a.id = p_account;
$$;

-- The first call of the account, in all namespaces, for which nothing is set aside yet.
create function tollgate.first_in_line(p_account bigint, p_now timestamptz) returns tollgate.waiting language sql stable as $$
  select (f.w).* from tollgate.lines l
   cross join lateral (
     select w from tollgate.waiting w
      where w.account = l.account and w.namespace = l.namespace and w.state = 'waiting' and w.deadline_at > p_now
        and not tollgate.is_reserved_or_settled(w.run, w.call)
      order by w.place limit 1) f
   where l.account = p_account order by (f.w).place limit 1;
$$;

-- The account as a call sees it that has not begun: what the first in line needs counts as reserved, except for that call.
create function tollgate.behind_line(a tollgate.accounts, p_run uuid, p_call bigint, p_now timestamptz)
returns tollgate.accounts language plpgsql as $$
declare w tollgate.waiting;
begin
  if not a.in_line then return a; end if;
  select * into w from tollgate.first_in_line(a.id, p_now);
  if w.run is not null and (w.run, w.call) is distinct from (p_run, p_call) then
    a.reserved := a.reserved + least(a.balance - a.reserved, tollgate.needed_by(w));
  end if;
  return a;
end $$;

-- Writes down whether a call of the account waits. The caller has changed a line of it, and locked that.
create function tollgate.mark_line(p_account bigint) returns void language plpgsql as $$
declare a tollgate.accounts; v_in_line boolean;
begin
  select * into a from tollgate.accounts where id = p_account for no key update;
  v_in_line := exists (select from tollgate.lines l join tollgate.waiting w on w.account = l.account and w.namespace = l.namespace
                        where l.account = p_account and w.state = 'waiting');
  if a.in_line = v_in_line then return; end if;
  perform tollgate.flush_head(a);
  update tollgate.accounts set in_line = v_in_line where id = p_account;
  perform tollgate.pick_head(p_account);
end $$;

select tollgate.mark_line(account) from (select distinct account from tollgate.lines order by account) l;

-- As before, and the account is marked.
create or replace function tollgate.join_line(p_now timestamptz, p_namespace text, p_account bigint, p_run uuid, p_call bigint,
  p_amount bigint, p_price integer, p_nth integer, p_workflow_run_id text, p_limit_ms bigint, p_guarantee jsonb)
returns tollgate.waiting language plpgsql as $$
declare w tollgate.waiting;
begin
  w := tollgate.join_line(p_now, p_namespace, p_account, p_run, p_call, p_amount, p_price, p_nth, p_workflow_run_id, p_limit_ms);
  if p_guarantee is not null then
    w.guarantee := p_guarantee || jsonb_build_object('call_amount', p_amount);
    update tollgate.waiting set guarantee = w.guarantee, needed = tollgate.needed_by(w) where run = p_run and call = p_call;
  end if;
  perform tollgate.mark_line(p_account);
  return w;
end $$;

-- As before, and the account is marked. Whoever takes calls out of a line ends it so.
create or replace function tollgate.end_line(p_account bigint, p_namespace text) returns void language sql as $$
  delete from tollgate.lines l where account = p_account and namespace = p_namespace and not exists (
    select from tollgate.waiting w where w.account = l.account and w.namespace = l.namespace and w.state in ('waiting', 'woken'));
  select tollgate.mark_line(p_account);
$$;

-- As before, behind the first in line.
create or replace function tollgate.reserve_carefully(p_now timestamptz, p_run uuid, p_call bigint, p_account bigint, p_amount bigint,
  p_claim bigint, p_price integer, p_nth integer, p_limit_ms bigint, p_runs jsonb)
returns bigint[] language plpgsql as $$
declare
  a tollgate.accounts; v_now timestamptz; v_parts bigint[]; v_available bigint; v_budgets bigint[];
begin
  select * into a from tollgate.accounts where id = p_account for no key update;
  if not found then return array[11, 0, 0, 0, 0, 0, 0, 0]; end if;
  v_now := coalesce(p_now, clock_timestamp());
  if a.due_at <= v_now then a := tollgate.advance(a, v_now); end if;
  v_available := a.balance - a.reserved;
  if p_runs is not null then
    perform tollgate.record_runs(p_runs);
    a.budgeted := a.budgeted or p_runs -> 0 ? 'caps';
  end if;

  if exists (select from tollgate.reservations where run = p_run and call = p_call)
     or exists (select from tollgate.entries where run = p_run and call = p_call and kind = 'settled') then
    return tollgate.reserve_again(a, v_now, p_run, p_call, p_claim, p_price, p_limit_ms);
  end if;
  if a.frozen then return array[12, 0, 0, 0, 0, v_available, 0, 0]; end if;
  a := tollgate.behind_line(a, p_run, p_call, v_now);
  if a.balance - a.reserved < p_amount then
    return tollgate.insufficient(a);
  end if;

  if a.budgeted then
    v_budgets := nullif(tollgate.claim_budgets(p_account, p_run, p_amount, v_now), '{}');
    if v_budgets[1] < 0 then return tollgate.over_budget(array[-v_budgets[1]], v_available); end if;
  end if;

  if a.head_remaining - a.head_reserved >= p_amount then
    update tollgate.accounts set reserved = reserved + p_amount, head_reserved = head_reserved + p_amount where id = p_account;
  else                                                -- it spans grants
    perform tollgate.flush_head(a);
    v_parts := tollgate.take(p_account, p_amount, false);
    update tollgate.accounts set reserved = reserved + p_amount where id = p_account;
    perform tollgate.pick_head(p_account);
  end if;
  insert into tollgate.reservations (run, call, account, amount, claim, reserved_at, deadline_at, grant_id, parts, price, nth, budgets)
    values (p_run, p_call, p_account, p_amount, p_claim, v_now, v_now + p_limit_ms * interval '1 millisecond',
      case when v_parts is null then a.head when cardinality(v_parts) = 2 then v_parts[1] end,
      case when cardinality(v_parts) > 2 then v_parts end, p_price, p_nth, v_budgets);
  return array[1, p_amount, 0, 0, 0, v_available - p_amount, p_price, 0];
end $$;

-- As before, behind the first in line where it takes more than its guarantee holds.
create or replace function tollgate.reserve_guaranteed(p_now timestamptz, p_run uuid, p_call bigint, p_account bigint, p_amount bigint,
  p_claim bigint, p_price integer, p_nth integer, p_limit_ms bigint, p_runs jsonb, p_guarantee jsonb)
returns bigint[] language plpgsql as $$
declare
  a tollgate.accounts; g tollgate.reservations; v_now timestamptz; v_holder uuid := p_guarantee ->> 'run';
  v_new bigint := 0; v_budgets bigint[]; v_refusal bigint[]; v_parts bigint[]; v_guaranteed bigint;
begin
  select * into a from tollgate.accounts where id = p_account for no key update;
  if not found then return array[11, 0, 0, 0, 0, 0, 0, 0]; end if;
  v_now := coalesce(p_now, clock_timestamp());
  if a.due_at <= v_now then a := tollgate.advance(a, v_now); end if;
  if p_runs is not null then
    perform tollgate.record_runs(p_runs);
    update tollgate.runs set guarantee = v_holder where id in (v_holder, p_run) and guarantee is null;
    a.budgeted := (select budgeted from tollgate.accounts where id = p_account);
  end if;

  if exists (select from tollgate.reservations where run = p_run and call = p_call)
     or exists (select from tollgate.entries where run = p_run and call = p_call and kind = 'settled') then
    return tollgate.reserve_again(a, v_now, p_run, p_call, p_claim, p_price, p_limit_ms);
  end if;
  if a.frozen then return array[12, 0, 0, 0, 0, a.balance - a.reserved, 0, 0]; end if;

  g := tollgate.guarantee_of(p_account, p_run);
  if g.run is null then
    if exists (select from tollgate.guarantees where run = v_holder) then
      return tollgate.reserve_carefully(v_now, p_run, p_call, p_account, p_amount, p_claim, p_price, p_nth, p_limit_ms, null);
    end if;
    v_new := (p_guarantee ->> 'amount')::bigint;
    g.run := v_holder; g.call := 0; g.account := p_account; g.amount := 0; g.parts := '{}';
    g.budgets := case when a.budgeted then array(select tollgate.budgets_of(p_account, v_holder)) end;
  end if;
  v_budgets := case when a.budgeted then nullif(array(select tollgate.budgets_of(p_account, p_run)), '{}') end;
  select s.refusal, s.parts, s.guaranteed, (s.guarantee).amount, (s.guarantee).parts, (s.guarantee).deadline_at
    into v_refusal, v_parts, v_guaranteed, g.amount, g.parts, g.deadline_at
    from tollgate.set_aside(tollgate.behind_line(a, p_run, p_call, v_now), g, v_new, p_amount, v_budgets, v_now) s;
  if v_refusal is not null then return v_refusal; end if;

  if v_new > 0 then
    insert into tollgate.guarantees (run, account, amount, namespace, workflow_id, alive_as, asked_at, made_at)
      values (v_holder, p_account, v_new, p_guarantee ->> 'namespace', p_guarantee ->> 'workflow_id', p_guarantee ->> 'alive_as', v_now, v_now);
    insert into tollgate.reservations (run, call, account, amount, claim, reserved_at, deadline_at, parts, price, nth, budgets)
      values (v_holder, 0, p_account, g.amount, 0, v_now, g.deadline_at, g.parts, (p_guarantee ->> 'price')::integer, 0, nullif(g.budgets, '{}'));
  else
    perform tollgate.keep_guarantee(g);
    update tollgate.guarantees set alive_as = p_guarantee ->> 'alive_as' where run = v_holder and alive_as <> p_guarantee ->> 'alive_as';
  end if;
  insert into tollgate.reservations (run, call, account, amount, claim, reserved_at, deadline_at, parts, price, nth, budgets, guaranteed)
    values (p_run, p_call, p_account, p_amount, p_claim, v_now, v_now + p_limit_ms * interval '1 millisecond',
            v_parts, p_price, p_nth, v_budgets, v_guaranteed);
  return array[1, p_amount, 0, 0, 0, (select balance - reserved from tollgate.accounts where id = p_account), p_price, 0];
end $$;

-- As before; of an account with lines in several namespaces, the one in front goes first.
create or replace function tollgate.find_due_lines(p_now timestamptz, p_namespace text, p_quiet_ms bigint)
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
        (select f.run, f.call, f.state, f.deadline_at, tollgate.needed_by(f) as needed from tollgate.waiting f
          where f.account = o.account and f.namespace = o.namespace and f.state = 'woken' limit 1)
        union all
        (select f.run, f.call, f.state, f.deadline_at, tollgate.needed_by(f) as needed from tollgate.waiting f
          where f.account = o.account and f.namespace = o.namespace and f.state = 'waiting' order by place limit 1)
        limit 1) w
     where o.namespace = p_namespace and (o.noticed_at is null or o.noticed_at <= v_now - p_quiet_ms * interval '1 millisecond')
       and (acc.due_at <= v_now or w.state = 'woken' or w.deadline_at <= v_now
            or not acc.frozen and acc.balance - acc.reserved >= w.needed
               and (select b.balance - b.reserved from tollgate.behind_line(acc, w.run, w.call, v_now) b) >= w.needed
            or tollgate.is_reserved_or_settled(w.run, w.call))
     order by o.account for update of o skip locked
  loop
    if l.is_due then
      a := tollgate.lock_account(l.account, p_now);
      continue when not l.ready and (a.frozen or a.balance - a.reserved < l.needed);
    end if;
    update tollgate.lines set noticed_at = v_now where account = l.account and namespace = p_namespace;
    return next l.name;
  end loop;
end $$;

-- As before; a scheduled run has not begun, so it comes after the first in line.
create or replace function tollgate.preflight(p_now timestamptz, p_account bigint, p_schedule text, p_agent text, p_member text, p_needs bigint)
returns table (reason text, needed bigint, available bigint) language plpgsql as $$
declare
  a tollgate.accounts := tollgate.behind_line(tollgate.lock_account(p_account, p_now), null, null, coalesce(p_now, clock_timestamp()));
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
