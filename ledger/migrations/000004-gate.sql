-- The gate: reserve, grow, settle, release, lapse, one call at a time. Many in one statement: 000005-batch.sql.
--
-- Every answer is eight numbers:
--   1 code   1 done · 2 settled before · 3 nothing to do · 4 never reserved
--            10 not enough credits · 11 no account · 12 frozen · 13 the key is another block's or account's
--            14 over a budget: 2 reserved and 3 spent under it, 4 its cap, 7 its id
--   2 reserved (code 10: reserved for other calls)   3 charged   4 returned   5 absorbed
--   6 available after   7 price
--   8 flags  1 taken over · 2 late   (code 10: when credits next come by themselves, epoch ms, or 0)
--
-- Operations: 1 reserve · 2 settle, drawing what the reservation lacks · 3 settle, capped at it · 4 release · 5 lapse · 6 grow

-- Takes p_amount from the open grants in burn order: sets it aside, or burns it. Returns grant, amount,
-- grant, amount, … The caller has flushed the head, knows that there is enough, and picks a head after.
create function tollgate.take(p_account bigint, p_amount bigint, p_burn boolean)
returns bigint[] language plpgsql as $$
declare g record; v_left bigint := p_amount; v_take bigint; v_parts bigint[] := '{}';
begin
  for g in select id, remaining, reserved from tollgate.grants
            where account = p_account and open and remaining > reserved order by priority, expires_at, id loop
    exit when v_left = 0;
    v_take := least(v_left, g.remaining - g.reserved);
    if p_burn then
      update tollgate.grants set remaining = remaining - v_take, open = remaining > v_take where id = g.id;
    else
      update tollgate.grants set reserved = reserved + v_take where id = g.id;
    end if;
    v_parts := v_parts || array[g.id, v_take];
    v_left := v_left - v_take;
  end loop;
  if v_left > 0 then
    raise exception 'account % has % less in its grants than its balance says', p_account, v_left using errcode = 'TG001';
  end if;
  return v_parts;
end $$;

-- What a run is, written with its first reserve, also when that is refused.
-- `caps` are the budgets that its header brought: [{run, cap}, …] of the run and of those above it.
create function tollgate.record_runs(p_runs jsonb) returns void language plpgsql as $$
declare v_run jsonb;
begin
  for v_run in select * from jsonb_array_elements(p_runs) loop
    insert into tollgate.runs (id, account, started_at, agent, workflow_id, workflow_run_id, scope, parent, schedule, member, capped_by)
    select id, account, started_at, agent, workflow_id, workflow_run_id, scope, parent, schedule, member,
           (select array_agg((c ->> 'run')::uuid) from jsonb_array_elements(v_run -> 'caps') c)
      from jsonb_populate_record(null::tollgate.runs, v_run)
    on conflict (id) do nothing;
    if v_run ? 'caps' then
      insert into tollgate.budgets (account, kind, subject, period, cap, ends_at)
      select (v_run ->> 'account')::bigint, 'run', c ->> 'run', 'run', (c ->> 'cap')::bigint, 'infinity'
        from jsonb_array_elements(v_run -> 'caps') c
      on conflict do nothing;
      update tollgate.accounts set budgeted = true where id = (v_run ->> 'account')::bigint and not budgeted;
    end if;
  end loop;
end $$;

-- Two lists of grants and amounts as one; a grant that ends the first and begins the second stands there once.
create function tollgate.join_parts(p_one bigint[], p_other bigint[]) returns bigint[] language sql immutable as $$
  select case
    when cardinality(p_one) > 0 and p_one[cardinality(p_one) - 1] = p_other[1]
      then p_one[: cardinality(p_one) - 1] || (p_one[cardinality(p_one)] + p_other[2]) || p_other[3 :]
    else coalesce(p_one, '{}') || p_other end;
$$;

-- Nearly always the burning grant covers it, nothing is due and the key is new: then it is one update and one insert.
create function tollgate.reserve_one(p_now timestamptz, p_run uuid, p_call bigint, p_account bigint, p_amount bigint,
  p_claim bigint, p_price integer, p_nth integer, p_limit_ms bigint, p_runs jsonb)
returns bigint[] language plpgsql as $$
declare v_head bigint; v_available bigint; v_now timestamptz;
begin
  if p_runs is null then
    update tollgate.accounts set reserved = reserved + p_amount, head_reserved = head_reserved + p_amount
     where id = p_account and head_remaining - head_reserved >= p_amount and not frozen and not budgeted
       and due_at > coalesce(p_now, clock_timestamp())
    returning head, balance - reserved into v_head, v_available;
    if found then
      -- A statement of its own, so that it sees what was committed while the account was waited for.
      v_now := coalesce(p_now, clock_timestamp());
      insert into tollgate.reservations (run, call, account, amount, claim, reserved_at, deadline_at, grant_id, price, nth)
        select p_run, p_call, p_account, p_amount, p_claim, v_now, v_now + p_limit_ms * interval '1 millisecond', v_head, p_price, p_nth
         where not exists (select from tollgate.entries where run = p_run and call = p_call and kind = 'settled')
      on conflict (run, call) do nothing;
      if found then return array[1, p_amount, 0, 0, 0, v_available, p_price, 0]; end if;
      update tollgate.accounts set reserved = reserved - p_amount, head_reserved = head_reserved - p_amount where id = p_account;
    end if;
  end if;
  return tollgate.reserve_carefully(p_now, p_run, p_call, p_account, p_amount, p_claim, p_price, p_nth, p_limit_ms, p_runs);
end $$;

create function tollgate.reserve_carefully(p_now timestamptz, p_run uuid, p_call bigint, p_account bigint, p_amount bigint,
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
  if v_available < p_amount then
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

-- The key has been used: an open reservation is taken over by this attempt, a settled one tells its charge.
create function tollgate.reserve_again(a tollgate.accounts, p_now timestamptz, p_run uuid, p_call bigint,
  p_claim bigint, p_price integer, p_limit_ms bigint)
returns bigint[] language plpgsql as $$
declare r tollgate.reservations; e tollgate.entries;
begin
  select * into r from tollgate.reservations where run = p_run and call = p_call;
  select * into e from tollgate.entries where run = p_run and call = p_call and kind = 'settled';
  if coalesce(r.account, e.account) <> a.id or not tollgate.same_block(coalesce(r.price, e.price), p_price) then
    return array[13, 0, 0, 0, 0, 0, 0, 0];
  end if;
  if r.run is null then return tollgate.settled_before(e, a.balance - a.reserved); end if;
  update tollgate.reservations set claim = p_claim, deadline_at = p_now + p_limit_ms * interval '1 millisecond'
    where run = p_run and call = p_call;
  return array[1, r.amount, 0, 0, 0, a.balance - a.reserved, r.price, (r.claim <> p_claim)::int];
end $$;

create function tollgate.same_block(p_one integer, p_other integer) returns boolean language sql as $$
  select p_one = p_other or (select block from tollgate.prices where id = p_one) = (select block from tollgate.prices where id = p_other);
$$;

create function tollgate.settled_before(e tollgate.entries, p_available bigint) returns bigint[] language sql as $$
  select array[2, e.reserved, -e.amount, e.returned, coalesce(e.absorbed, 0), p_available, e.price, case when e.late then 2 else 0 end];
$$;

-- Closes a reservation. Nearly always it settles within what it took from the grant now burning: then it is one update,
-- and one statement that turns the reservation into its entry.
create function tollgate.close_one(p_now timestamptz, p_op integer, p_run uuid, p_call bigint, p_account bigint,
  p_amount bigint, p_claim bigint, p_usage jsonb)
returns bigint[] language plpgsql as $$
declare v_head bigint; v_balance bigint; v_available bigint; v_seq bigint; v_reserved bigint; v_price integer;
begin
  if p_op in (2, 3) then
    update tollgate.accounts a
       set balance = a.balance - p_amount, reserved = a.reserved - r.amount, seq = a.seq + 1,
           head_remaining = a.head_remaining - p_amount, head_reserved = a.head_reserved - r.amount
      from tollgate.reservations r
     where a.id = p_account and a.due_at > coalesce(p_now, clock_timestamp()) and r.run = p_run and r.call = p_call
       and r.account = p_account and r.grant_id = a.head and r.amount >= p_amount and r.budgets is null
       and a.head_reserved >= r.amount
    returning a.head, a.balance, a.balance - a.reserved, a.seq, r.amount into v_head, v_balance, v_available, v_seq, v_reserved;
    if found then
      -- The account may have been waited for: the reservation must still be what the update took it for.
      with closed as (
        delete from tollgate.reservations where run = p_run and call = p_call and amount = v_reserved and grant_id = v_head
        returning price, nth
      )
      insert into tollgate.entries (run, account, seq, call, at, amount, balance, reserved, returned, grant_id, kind, price, nth, usage)
        select p_run, p_account, v_seq, p_call, coalesce(p_now, clock_timestamp()), -p_amount, v_balance, v_reserved,
               v_reserved - p_amount, case when p_amount > 0 then v_head end, 'settled', price, nth, p_usage
          from closed
      returning price into v_price;
      if found then return array[1, v_reserved, p_amount, v_reserved - p_amount, 0, v_available, v_price, 0]; end if;
      update tollgate.accounts
         set balance = balance + p_amount, reserved = reserved + v_reserved, seq = seq - 1,
             head_remaining = head_remaining + p_amount, head_reserved = head_reserved + v_reserved
       where id = p_account;
    end if;
  end if;
  return tollgate.close_carefully(p_now, p_op, p_run, p_call, p_account, p_amount, p_claim, p_usage);
end $$;

create function tollgate.close_carefully(p_now timestamptz, p_op integer, p_run uuid, p_call bigint, p_account bigint,
  p_amount bigint, p_claim bigint, p_usage jsonb)
returns bigint[] language plpgsql as $$
declare a tollgate.accounts; r tollgate.reservations; v_now timestamptz;
begin
  select * into a from tollgate.accounts where id = p_account for no key update;
  if not found then return array[11, 0, 0, 0, 0, 0, 0, 0]; end if;
  v_now := coalesce(p_now, clock_timestamp());
  if a.due_at <= v_now then a := tollgate.advance(a, v_now); end if;

  delete from tollgate.reservations
   where run = p_run and call = p_call and account = p_account
     and (p_op <= 3 or p_op = 4 and claim = p_claim or p_op = 5 and deadline_at <= v_now)
  returning * into r;
  if not found then return tollgate.close_late(a, v_now, p_op, p_run, p_call, p_amount, p_usage); end if;
  return tollgate.close_otherwise(a, r, v_now, p_op, p_amount, p_usage);
end $$;

-- Closes a reservation whose row is gone already, in every case. What is charged burns from the grants it was
-- taken from, in their order; beyond it, a drawing settle burns what is available and absorbs what is missing. The
-- rest goes back to those grants; what goes back to a grant that has ended meanwhile, ends with it.
create function tollgate.close_otherwise(a tollgate.accounts, r tollgate.reservations, p_now timestamptz, p_op integer,
  p_amount bigint, p_usage jsonb)
returns bigint[] language plpgsql as $$
declare
  v_charged bigint := 0; v_drawn bigint := 0; v_absorbed bigint := 0; v_burn bigint; v_left bigint; v_ended text; k integer;
  v_part bigint[] := coalesce(r.parts, case when r.amount > 0 then array[r.grant_id, r.amount] else '{}' end);
  v_burned bigint[] := '{}'; v_lost bigint[] := '{}';
begin
  if p_op <= 3 then
    v_charged := least(p_amount, r.amount);
    v_drawn := case when p_op = 2 then least(p_amount - v_charged, a.balance - a.reserved,
                                             tollgate.room_in_budgets(r.budgets, p_now)) else 0 end;
    v_absorbed := p_amount - v_charged - v_drawn;
  end if;
  perform tollgate.flush_head(a);
  v_left := v_charged;
  for k in 1 .. cardinality(v_part) / 2 loop
    v_burn := least(v_left, v_part[2 * k]);
    v_left := v_left - v_burn;
    update tollgate.grants
       set reserved = reserved - v_part[2 * k], open = ended is null and remaining > v_burn,
           remaining = remaining - case when ended is null then v_burn else v_part[2 * k] end
     where id = v_part[2 * k - 1] returning ended into v_ended;
    if v_burn > 0 then v_burned := v_burned || array[v_part[2 * k - 1], v_burn]; end if;
    if v_ended is not null and v_burn < v_part[2 * k] then
      v_lost := v_lost || array[v_part[2 * k - 1], v_part[2 * k] - v_burn, (v_ended = 'revoked')::int];
    end if;
  end loop;
  if v_drawn > 0 then v_burned := tollgate.join_parts(v_burned, tollgate.take(a.id, v_drawn, true)); end if;
  update tollgate.accounts set balance = balance - v_charged - v_drawn, reserved = reserved - r.amount, seq = seq + 1
   where id = a.id returning * into a;
  if r.budgets is not null then perform tollgate.close_budgets(r.budgets, r.amount, v_charged + v_drawn); end if;
  perform tollgate.write_closing(a, p_now, p_op, r, v_charged + v_drawn, r.amount - v_charged, v_drawn, v_absorbed, false, v_burned, p_usage);
  for k in 1 .. cardinality(v_lost) / 3 loop
    a := tollgate.move(a, (case v_lost[3 * k] when 1 then 'revoked' else 'expired' end)::tollgate.entry_kind,
                       v_lost[3 * k - 2], -v_lost[3 * k - 1], p_now);
  end loop;
  perform tollgate.pick_head(a.id);
  return array[1, r.amount, v_charged + v_drawn, r.amount - v_charged, v_absorbed, a.balance - a.reserved, r.price, 0];
end $$;

create function tollgate.write_closing(a tollgate.accounts, p_at timestamptz, p_op integer, r tollgate.reservations,
  p_charged bigint, p_returned bigint, p_drawn bigint, p_absorbed bigint, p_late boolean, p_burned bigint[], p_usage jsonb)
returns void language sql as $$
  insert into tollgate.entries (run, account, seq, call, at, amount, balance, reserved, returned, grant_id, kind, price, nth,
                                drawn, absorbed, late, parts, usage)
  values (r.run, a.id, a.seq, r.call, p_at, -p_charged, a.balance, r.amount, p_returned,
          case when cardinality(p_burned) = 2 then p_burned[1] end,
          (case p_op when 4 then 'released' when 5 then 'lapsed' else 'settled' end)::tollgate.entry_kind, r.price, r.nth,
          nullif(p_drawn, 0), nullif(p_absorbed, 0), nullif(p_late, false),
          case when cardinality(p_burned) > 2 then p_burned end, p_usage);
$$;

-- No reservation could be closed. It is another account's, or a later attempt's, or not due yet: nothing is done.
-- Settled before: the same receipt. Lapsed: charged once from what is available, marked late. Released by its own
-- attempt, or never reserved: nothing to charge.
create function tollgate.close_late(a tollgate.accounts, p_now timestamptz, p_op integer, p_run uuid, p_call bigint,
  p_amount bigint, p_usage jsonb)
returns bigint[] language plpgsql as $$
declare e tollgate.entries; r tollgate.reservations; v_charged bigint; v_burned bigint[];
begin
  select * into r from tollgate.reservations where run = p_run and call = p_call;
  if r.account <> a.id then return array[13, 0, 0, 0, 0, 0, 0, 0]; end if;
  if r.run is not null then return array[3, r.amount, 0, 0, 0, a.balance - a.reserved, r.price, 0]; end if;
  select * into e from tollgate.entries where run = p_run and call = p_call order by (kind = 'settled') desc, seq desc limit 1;
  if not found then return array[case when p_op in (4, 5) then 3 else 4 end, 0, 0, 0, 0, a.balance - a.reserved, 0, 0]; end if;
  if e.account <> a.id then return array[13, 0, 0, 0, 0, 0, 0, 0]; end if;
  if p_op in (4, 5) then return array[3, 0, 0, 0, 0, a.balance - a.reserved, e.price, 0]; end if;
  if e.kind = 'settled' then return tollgate.settled_before(e, a.balance - a.reserved); end if;
  if e.kind = 'released' then return array[4, 0, 0, 0, 0, a.balance - a.reserved, e.price, 0]; end if;

  if a.budgeted then r.budgets := array(select tollgate.budgets_of(a.id, p_run)); end if;
  v_charged := least(p_amount, a.balance - a.reserved, tollgate.room_in_budgets(r.budgets, p_now));
  if a.budgeted then perform tollgate.close_budgets(r.budgets, 0, v_charged); end if;
  perform tollgate.flush_head(a);
  v_burned := tollgate.take(a.id, v_charged, true);
  update tollgate.accounts set balance = balance - v_charged, seq = seq + 1 where id = a.id returning * into a;
  r.run := p_run; r.call := p_call; r.amount := 0; r.price := e.price; r.nth := e.nth;
  perform tollgate.write_closing(a, p_now, p_op, r, v_charged, 0, v_charged, p_amount - v_charged, true, v_burned, p_usage);
  perform tollgate.pick_head(a.id);
  return array[1, 0, v_charged, 0, p_amount - v_charged, a.balance - a.reserved, e.price, 2];
end $$;

-- Sets more aside under a reservation that a block is using, up to p_amount in all. Only the attempt that holds it
-- may; 3: a later attempt holds it, 4: it is closed.
create function tollgate.grow_one(p_now timestamptz, p_run uuid, p_call bigint, p_account bigint, p_amount bigint, p_claim bigint)
returns bigint[] language plpgsql as $$
declare a tollgate.accounts; r tollgate.reservations; v_now timestamptz; v_more bigint; v_parts bigint[]; v_available bigint;
begin
  select * into a from tollgate.accounts where id = p_account for no key update;
  if not found then return array[11, 0, 0, 0, 0, 0, 0, 0]; end if;
  v_now := coalesce(p_now, clock_timestamp());
  if a.due_at <= v_now then a := tollgate.advance(a, v_now); end if;
  v_available := a.balance - a.reserved;
  select * into r from tollgate.reservations where run = p_run and call = p_call and account = p_account;
  if not found then return array[4, 0, 0, 0, 0, v_available, 0, 0]; end if;
  if r.claim <> p_claim then return array[3, r.amount, 0, 0, 0, v_available, r.price, 0]; end if;
  v_more := p_amount - r.amount;
  if v_more <= 0 then return array[1, r.amount, 0, 0, 0, v_available, r.price, 0]; end if;
  if v_available < v_more then return tollgate.insufficient(a); end if;
  if v_more > tollgate.room_in_budgets(r.budgets, v_now) then return tollgate.over_budget(r.budgets, v_available); end if;

  update tollgate.budgets set reserved = reserved + v_more where id = any (r.budgets);
  perform tollgate.flush_head(a);
  v_parts := tollgate.join_parts(
    coalesce(r.parts, case when r.amount > 0 then array[r.grant_id, r.amount] end), tollgate.take(p_account, v_more, false));
  update tollgate.reservations
     set amount = p_amount, grant_id = case when cardinality(v_parts) = 2 then v_parts[1] end,
         parts = case when cardinality(v_parts) > 2 then v_parts end
   where run = p_run and call = p_call;
  update tollgate.accounts set reserved = reserved + v_more where id = p_account;
  perform tollgate.pick_head(p_account);
  return array[1, p_amount, 0, 0, 0, v_available - v_more, r.price, 0];
end $$;

-- The two refusals for want of something, with the numbers that a caller can act on.
create function tollgate.insufficient(a tollgate.accounts) returns bigint[] language sql as $$
  select array[10, a.reserved, 0, 0, 0, a.balance - a.reserved, 0,
    case when a.drip_amount > 0 then extract(epoch from (a.dripped_on + 1)::timestamp at time zone 'UTC')::bigint * 1000 else 0 end];
$$;

create function tollgate.over_budget(p_ids bigint[], p_available bigint) returns bigint[] language sql as $$
  select array[14, reserved, spent, cap, 0, p_available, id, 0] from tollgate.budgets
   where id = any (p_ids) order by cap - spent - reserved limit 1;
$$;

-- The reaper: lapses reservations whose deadline has passed, accounts in id order. Returns how many.
create function tollgate.lapse_overdue(p_now timestamptz, p_limit integer)
returns integer language plpgsql as $$
declare r record; v_count integer := 0;
begin
  for r in select run, call, account from tollgate.reservations
            where deadline_at <= coalesce(p_now, clock_timestamp()) order by account limit p_limit loop
    if (tollgate.close_one(p_now, 5, r.run, r.call, r.account, 0, 0, null))[1] = 1 then v_count := v_count + 1; end if;
  end loop;
  return v_count;
end $$;
