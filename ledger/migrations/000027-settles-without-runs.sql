-- Many calls in one statement that writes a run's own budget when they reserve and leaves it alone when they settle
-- (000026-runs-counted-anew.sql).

-- As before; a run's own budget is known by its id.
create or replace function tollgate.record_runs(p_runs jsonb) returns void language plpgsql as $$
begin
  if jsonb_path_exists(p_runs, '$[*].caps') then
    with added as (
      insert into tollgate.budgets (id, account, kind, subject, period, cap, ends_at) overriding system value
      select nextval('tollgate.budgets_of_runs'), (facts ->> 'account')::bigint, 'run', c ->> 'run', 'run', (c ->> 'cap')::bigint, 'infinity'
        from jsonb_array_elements(p_runs) as facts cross join jsonb_array_elements(facts -> 'caps') as c
      on conflict do nothing returning account
    )
    update tollgate.accounts set budgeted = true where id = any (array(select account from added)) and not budgeted;
  end if;
  insert into tollgate.runs (id, account, started_at, agent, workflow_id, workflow_run_id, scope, parent, schedule, member,
                             capped_by, budget_set, budgets)
  select r.id, r.account, r.started_at, r.agent, r.workflow_id, r.workflow_run_id, r.scope, r.parent, r.schedule, r.member,
         caps.runs, a.budget_set, found.budgets
    from jsonb_array_elements(p_runs) as facts
   cross join jsonb_populate_record(null::tollgate.runs, facts) as r
   cross join lateral (select array_agg((c ->> 'run')::uuid) as runs from jsonb_array_elements(facts -> 'caps') c) caps
    left join tollgate.accounts a on a.id = r.account and a.budgeted
   cross join lateral (select array_agg(id) as budgets from tollgate.budgets_for(a.id, r.agent, r.schedule, r.member, caps.runs)) found
  on conflict (id) do nothing;
end $$;

-- As before, but what a call was charged is not counted under the budgets of runs.
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
  if cardinality(p_op) <= 3 then                      -- the set costs less from four items on
    v_rest := (array[1, 2, 3])[: cardinality(p_op)];
  else
    with seen as materialized (
      -- What may be null or long comes last: PostgreSQL finds what stands before it at once.
      select u.i, u.op, u.run, u.call, u.account, u.amount, u.claim, u.price, u.nth, u.limit_ms, a.place as account_row, a.balance,
             a.reserved as held, a.seq, a.head_remaining - a.head_reserved as head_left, a.head, r.place as reservation_row,
             r.amount as r_amount, r.price as r_price, r.nth as r_nth, u.usage,
             case when u.op = 1 then g.budgets else r.budgets end as budgets,
             case when a.id is null or a.due_at <= v_now then false
                  when u.op = 1 then not a.frozen and r.run is null and (not a.budgeted or g.budget_set = a.budget_set) and not exists
                    (select from tollgate.entries e where e.run = u.run and e.call = u.call and e.kind = 'settled' offset 0)
                  else u.op <= 3 and r.account = u.account and r.grant_id = a.head and u.amount <= r.amount end as plain
        from unnest(p_op, p_run, p_call, p_account, p_amount, p_claim, p_price, p_nth, p_limit_ms, p_usage)
               with ordinality as u(op, run, call, account, amount, claim, price, nth, limit_ms, usage, i)
        left join lateral (select ctid as place, * from tollgate.accounts where id = u.account offset 0) a on true
        left join lateral (select ctid as place, * from tollgate.reservations where run = u.run and call = u.call offset 0) r on true
        left join lateral (select * from tollgate.runs where v_budgeted and u.op = 1 and id = u.run offset 0) g on true
    ), ops as materialized (
      select *, coalesce(plain, false) and (op > 1 or wanted <= head_left) as fast
        from (select *, tollgate.total(amount) filter (where plain and op = 1) over (partition by account order by i) as wanted from seen) w
    ), claims as materialized (
      select *
        from (select budget, tollgate.total(amount) filter (where op = 1) as wanted,
                     tollgate.total(case when op = 1 then amount else -r_amount end) as set_aside,
                     tollgate.total(case when op = 1 then 0 else amount end) as charged
                from (select unnest(budgets) as budget, op, amount, r_amount from ops where fast) c
               where op = 1 or not tollgate.is_of_run(budget) group by budget) w
       cross join lateral (
         select ctid as place, account, wanted is not null and (ends_at <= v_now or cap - spent - reserved < wanted) as lacking
           from tollgate.budgets where id = budget offset 0) b
    ), tight as materialized (
      select array_agg(account) as accounts from claims where lacking
    ), done as materialized (
      select *, tollgate.total(case when op = 1 then -amount else r_amount - amount end) over w + balance - held as available,
             balance - tollgate.total(case when op = 1 then 0 else amount end) over w as balance_after,
             seq + count(*) filter (where op > 1) over w as seq_after
        from ops where fast and (budgets is null or (account = any ((select accounts from tight)::bigint[])) is not true)
      window w as (partition by account order by i)
    ), reserved as (
      insert into tollgate.reservations (run, call, account, amount, claim, reserved_at, deadline_at, grant_id, price, nth, budgets)
      select run, call, account, amount, claim, v_now, v_now + limit_ms * interval '1 millisecond', head, price, nth, budgets
        from done where op = 1
    ), closed as (
      delete from tollgate.reservations where ctid = any (array(select reservation_row from done where op > 1))
    ), written as (
      insert into tollgate.entries (run, account, seq, call, at, amount, balance, reserved, returned, grant_id, kind, price, nth, usage)
      select run, account, seq_after, call, v_now, -amount, balance_after, r_amount, r_amount - amount,
             case when amount > 0 then head end, 'settled', r_price, r_nth, usage::jsonb from done where op > 1
    ), budgeted as (
      update tollgate.budgets b set reserved = b.reserved + c.set_aside, spent = b.spent + c.charged
        from claims c where b.ctid = c.place and (c.account = any ((select accounts from tight)::bigint[])) is not true
    ), moved as (
      update tollgate.accounts a
         set balance = a.balance - m.charged, reserved = a.reserved + m.set_aside, seq = a.seq + m.closed,
             head_remaining = a.head_remaining - m.charged, head_reserved = a.head_reserved + m.set_aside
        from (select min(account_row) as place, tollgate.total(case when op = 1 then 0 else amount end) as charged,
                     tollgate.total(case when op = 1 then amount else -r_amount end) as set_aside, count(*) filter (where op > 1) as closed
                from done group by account) m
       where a.ctid = m.place
    )
    select (select array_agg(array[i, 1, case when op = 1 then amount else r_amount end, case when op = 1 then 0 else amount end,
                                   case when op = 1 then 0 else r_amount - amount end, 0, available,
                                   case when op = 1 then price else r_price end, 0]) from done),
           (select array_agg(i order by op = 1, i) from ops where i not in (select i from done))
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
