-- Which budgets a run counts against is found once per run instead of in each of its reserves, and looked for again
-- only after a budget of its account was added or removed.

-- The locked account row vouches for it, as it does for reservations; the key would be looked up once per run.
alter table tollgate.budgets drop constraint budgets_account_fkey;
-- Grows with each budget that is added to the account or taken from it.
alter table tollgate.accounts add column budget_set integer not null default 0;
-- The budgets that the run counts against, null for none, as of that set of its account's.
alter table tollgate.runs add column budgets bigint[], add column budget_set integer;

create function tollgate.mark_budgets() returns trigger language plpgsql as $$
begin
  update tollgate.accounts set budget_set = budget_set + 1 where id = coalesce(new.account, old.account);
  return null;
end $$;
-- A run's own budget comes with the run itself, before anything was found for it.
create trigger budgets_added after insert on tollgate.budgets
  for each row when (new.kind <> 'run') execute function tollgate.mark_budgets();
create trigger budgets_removed after delete on tollgate.budgets
  for each row execute function tollgate.mark_budgets();

-- Finds the budgets of those runs whose account has some and whose own are not known as they are now.
create function tollgate.find_budgets(p_account bigint[], p_run uuid[]) returns void language sql as $$
  update tollgate.runs r
     set budget_set = a.budget_set,
         budgets = (
           select array_agg(b.id)
             from (values ('account', ''), ('agent', r.agent), ('schedule', r.schedule), ('member', r.member)
                   union all select 'run', capped::text from unnest(r.capped_by) as capped) s (kind, subject)
            -- The fence makes each name a look-up of its own: without it the plan reads all budgets of the account, one per run
            -- among them.
            cross join lateral (select id from tollgate.budgets
                                 where account = a.id and kind = s.kind and subject = s.subject offset 0) b)
    from tollgate.accounts a
   where a.id = any (p_account) and a.budgeted and r.id = any (p_run) and r.account = a.id
     and r.budget_set is distinct from a.budget_set;
$$;

-- The budgets that a run's calls count against.
create or replace function tollgate.budgets_of(p_account bigint, p_run uuid) returns setof bigint language plpgsql as $$
begin
  perform tollgate.find_budgets(array[p_account], array[p_run]);
  return query select unnest(budgets) from tollgate.runs where id = p_run and account = p_account;
end $$;

-- As before, all runs in one statement.
create or replace function tollgate.record_runs(p_runs jsonb) returns void language plpgsql as $$
begin
  insert into tollgate.runs (id, account, started_at, agent, workflow_id, workflow_run_id, scope, parent, schedule, member, capped_by)
  select r.id, r.account, r.started_at, r.agent, r.workflow_id, r.workflow_run_id, r.scope, r.parent, r.schedule, r.member,
         (select array_agg((c ->> 'run')::uuid) from jsonb_array_elements(facts -> 'caps') c)
    from jsonb_array_elements(p_runs) as facts cross join jsonb_populate_record(null::tollgate.runs, facts) as r
  on conflict (id) do nothing;
  if not jsonb_path_exists(p_runs, '$[*].caps') then return; end if;
  insert into tollgate.budgets (account, kind, subject, period, cap, ends_at)
  select (facts ->> 'account')::bigint, 'run', c ->> 'run', 'run', (c ->> 'cap')::bigint, 'infinity'
    from jsonb_array_elements(p_runs) as facts cross join jsonb_array_elements(facts -> 'caps') as c
  on conflict do nothing;
  update tollgate.accounts set budgeted = true
   where id in (select (facts ->> 'account')::bigint from jsonb_array_elements(p_runs) as facts where facts ? 'caps') and not budgeted;
end $$;

-- As before, with the budgets of its runs looked up, and only where an account has some.
create or replace function tollgate.batch(p_now timestamptz, p_op integer[], p_run uuid[], p_call bigint[], p_account bigint[],
  p_amount bigint[], p_claim bigint[], p_price integer[], p_nth integer[], p_limit_ms bigint[], p_usage text[], p_runs jsonb)
returns bigint[] language plpgsql as $$
declare
  v_now timestamptz; v_answers bigint[]; v_rest integer[]; k integer; v_one bigint[]; v_budgeted boolean;
begin
  select bool_or(budgeted) into v_budgeted
    from (select budgeted from tollgate.accounts where id = any (p_account) order by id for no key update) a;
  v_now := coalesce(p_now, clock_timestamp());
  if p_runs is not null then
    perform tollgate.record_runs(p_runs);
    v_budgeted := v_budgeted or jsonb_path_exists(p_runs, '$[*].caps');
  end if;
  if v_budgeted then perform tollgate.find_budgets(p_account, p_run); end if;
  if cardinality(p_op) <= 3 then                      -- the set costs less from four items on
    v_rest := (array[1, 2, 3])[: cardinality(p_op)];
  else
    with seen as materialized (
      select u.*, a.balance, a.reserved as held, a.seq, a.head, a.head_remaining - a.head_reserved as head_left,
             r.amount as r_amount, r.price as r_price, r.nth as r_nth, caps.room, caps.run_room,
             case when u.op = 1 then g.budgets else r.budgets end as budgets,
             case when a.id is null or a.due_at <= v_now then false
                  when u.op = 1 then not a.frozen and r.run is null and not exists
                    (select from tollgate.entries e where e.run = u.run and e.call = u.call and e.kind = 'settled')
                  else u.op <= 3 and r.account = u.account and r.grant_id = a.head and u.amount <= r.amount end as plain
        from unnest(p_op, p_run, p_call, p_account, p_amount, p_claim, p_price, p_nth, p_limit_ms, p_usage)
               with ordinality as u(op, run, call, account, amount, claim, price, nth, limit_ms, usage, i)
        left join tollgate.accounts a on a.id = u.account
        left join tollgate.reservations r on r.run = u.run and r.call = u.call
        -- Where no account has budgets, neither of the two is even looked at.
        left join tollgate.runs g on v_budgeted and a.budgeted and u.op = 1 and g.id = u.run
        left join lateral (
          select min(case when b.ends_at > v_now then b.cap - b.spent - b.reserved else -1 end) filter (where b.subject <> u.run::text) as room,
                 min(b.cap - b.spent - b.reserved) filter (where b.subject = u.run::text) as run_room
            from tollgate.budgets b where v_budgeted and b.id = any (g.budgets)) caps on true
    ), ops as materialized (
      select *, coalesce(plain, false) and (op > 1 or wanted <= least(head_left, room) and (run_room is null or run_wanted <= run_room)) as fast
        from (select *, sum(amount) filter (where plain and op = 1) over (partition by account order by i) as wanted,
                     sum(amount) filter (where plain and op = 1) over (partition by account, run order by i) as run_wanted
                from seen) w
    ), done as materialized (
      select *, sum(case when op = 1 then -amount else r_amount - amount end) over w + balance - held as available,
             balance - sum(case when op = 1 then 0 else amount end) over w as balance_after,
             seq + count(*) filter (where op > 1) over w as seq_after
        from ops where fast window w as (partition by account order by i)
    ), reserved as (
      insert into tollgate.reservations (run, call, account, amount, claim, reserved_at, deadline_at, grant_id, price, nth, budgets)
      select run, call, account, amount, claim, v_now, v_now + limit_ms * interval '1 millisecond', head, price, nth, budgets
        from done where op = 1
    ), closed as (
      delete from tollgate.reservations r using done d where d.op > 1 and r.run = d.run and r.call = d.call
    ), written as (
      insert into tollgate.entries (run, account, seq, call, at, amount, balance, reserved, returned, grant_id, kind, price, nth, usage)
      select run, account, seq_after, call, v_now, -amount, balance_after, r_amount, r_amount - amount,
             case when amount > 0 then head end, 'settled', r_price, r_nth, usage::jsonb from done where op > 1
    ), budgeted as (
      update tollgate.budgets b set reserved = b.reserved + m.set_aside, spent = b.spent + m.charged
        from (select budget, sum(case when op = 1 then amount else -r_amount end) as set_aside,
                     sum(case when op = 1 then 0 else amount end) as charged
                from done, unnest(budgets) as budget group by budget) m
       where b.id = m.budget
    ), moved as (
      update tollgate.accounts a
         set balance = a.balance - m.charged, reserved = a.reserved + m.set_aside, seq = a.seq + m.closed,
             head_remaining = a.head_remaining - m.charged, head_reserved = a.head_reserved + m.set_aside
        from (select account, sum(case when op = 1 then 0 else amount end) as charged,
                     sum(case when op = 1 then amount else -r_amount end) as set_aside, count(*) filter (where op > 1) as closed
                from done group by account) m
       where a.id = m.account
    )
    select (select array_agg(array[i, 1, case when op = 1 then amount else r_amount end, case when op = 1 then 0 else amount end,
                                   case when op = 1 then 0 else r_amount - amount end, 0, available,
                                   case when op = 1 then price else r_price end, 0]) from done),
           (select array_agg(i order by op = 1, i) from ops where not fast)
      into v_answers, v_rest;
  end if;

  foreach k in array coalesce(v_rest, '{}') loop
    v_one := case
      when p_op[k] = 6 then tollgate.grow_one(v_now, p_run[k], p_call[k], p_account[k], p_amount[k], p_claim[k])
      when p_op[k] = 1
      then tollgate.reserve_one(v_now, p_run[k], p_call[k], p_account[k], p_amount[k], p_claim[k], p_price[k], p_nth[k], p_limit_ms[k], null)
      else tollgate.close_one(v_now, p_op[k], p_run[k], p_call[k], p_account[k], p_amount[k], p_claim[k], p_usage[k]::jsonb) end;
    v_answers := coalesce(v_answers, '{}') || array[k::bigint || v_one];
  end loop;
  return v_answers;
end $$;
