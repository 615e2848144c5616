-- Completion guarantees: a run sets credits aside once, and its blocks draw on them.
--
-- What a guarantee still holds is a reservation like any other, under its run and call 0. A call that draws on it
-- moves parts of that reservation into its own, so nothing of the account or of its grants changes; what comes back
-- moves the other way while the guarantee lives. What a call took from the guarantee stands before what it took
-- from elsewhere in its parts, and is charged first.
--
-- The guarantee counts against the budgets of the run that holds it, from its start: a call that draws on it needs
-- no more room under those, only under budgets of its own.

create table tollgate.guarantees (
  run         uuid primary key,                       -- the run that holds it
  account     bigint not null references tollgate.accounts (id),
  amount      bigint not null check (amount > 0),
  spent       bigint not null default 0 check (spent >= 0),
  returned    bigint not null default 0 check (returned >= 0),
  -- Where to ask whether the run lives, as whom, and when that was last asked.
  namespace   text not null,
  workflow_id text not null,
  alive_as    text not null,
  asked_at    timestamptz not null,
  made_at     timestamptz not null,
  ended_at    timestamptz,
  check (spent + returned <= amount)
) with (fillfactor = 70);
create index guarantees_open on tollgate.guarantees (namespace, asked_at) where ended_at is null;
comment on table tollgate.guarantees is
  'amount = spent + returned + what its reservation holds + what open calls drew from it. One per run, for ever.';

-- Of the amount, what a call drew from the guarantee of its run; null where there was none, so that such a
-- reservation names its grants in parts, never in grant_id: it is nothing for the shortest ways through the gate.
alter table tollgate.reservations add column guaranteed bigint;
-- Of the charge, what a guarantee paid.
alter table tollgate.entries add column guaranteed bigint;
-- The run whose guarantee the calls of this one draw on.
alter table tollgate.runs add column guarantee uuid;

-- The stretch of a list of grants and amounts that lies between two sums of its amounts.
create function tollgate.cut_parts(p_parts bigint[], p_from bigint, p_to bigint) returns bigint[] language plpgsql immutable as $$
declare v_at bigint := 0; v_cut bigint; v_cuts bigint[] := '{}'; k integer;
begin
  for k in 1 .. coalesce(cardinality(p_parts), 0) / 2 loop
    v_cut := least(v_at + p_parts[2 * k], p_to) - greatest(v_at, p_from);
    if v_cut > 0 then v_cuts := v_cuts || array[p_parts[2 * k - 1], v_cut]; end if;
    v_at := v_at + p_parts[2 * k];
  end loop;
  return v_cuts;
end $$;

-- The same parts in burn order, each grant once.
create function tollgate.pool_parts(p_parts bigint[]) returns bigint[] language sql stable as $$
  select coalesce(array_agg(v.value order by p.priority, p.expires_at, p.id, v.place), '{}')
    from (select g.id, g.priority, g.expires_at, sum(p_parts[2 * n])::bigint as amount
            from generate_series(1, cardinality(p_parts) / 2) n join tollgate.grants g on g.id = p_parts[2 * n - 1]
           group by g.id) p
   cross join lateral (values (1, p.id), (2, p.amount)) v (place, value);
$$;

-- How long a guarantee stands when nobody hears of its run any more.
create function tollgate.guarantee_deadline(p_now timestamptz) returns timestamptz language sql immutable as $$
  select p_now + interval '24 hours';
$$;

-- The open guarantee on which the calls of a run draw; null where there is none. The account is locked.
create function tollgate.guarantee_of(p_account bigint, p_run uuid) returns tollgate.reservations language sql stable as $$
  select g from tollgate.runs r join tollgate.reservations g on g.run = r.guarantee and g.call = 0
   where r.id = p_run and g.account = p_account;
$$;

-- Sets p_amount aside for a call: first from the guarantee g, the rest from what is available; and with it p_new for a
-- guarantee that is being made. Refuses, and then nothing has changed, or gives the parts of the call, how much of it
-- came from the guarantee, and the guarantee as it is to be. A refusal's fifth number is what was needed.
create function tollgate.set_aside(a tollgate.accounts, g tollgate.reservations, p_new bigint, p_amount bigint,
  p_budgets bigint[], p_now timestamptz, out refusal bigint[], out parts bigint[], out guaranteed bigint, out guarantee tollgate.reservations)
language plpgsql as $$
declare v_taken bigint; v_pool bigint[]; v_left bigint; v_all bigint[];
begin
  guarantee := g;
  guaranteed := least(p_amount, g.amount + p_new);
  v_taken := p_new + p_amount - guaranteed;
  v_left := g.amount + p_new - guaranteed;
  if a.balance - a.reserved < v_taken then
    refusal := tollgate.insufficient(a);
    refusal[2] := a.reserved - g.amount;              -- what the run itself holds is not reserved for others
    refusal[5] := v_taken;
    return;
  end if;

  if a.budgeted then
    v_all := p_budgets || g.budgets;
    perform tollgate.roll_budgets(v_all, p_now);
    select tollgate.over_budget(array[id], a.balance - a.reserved) into refusal
      from (select id, cap - spent - reserved as room,
                   case when id = any (g.budgets) then v_left - g.amount else 0 end
                     + case when id = any (p_budgets) then p_amount else 0 end as wanted
              from tollgate.budgets where id = any (v_all)) b
     where wanted > 0 and room < wanted order by room limit 1;
    if found then refusal[5] := greatest(v_taken, p_amount); return; end if;
    update tollgate.budgets
       set reserved = reserved + case when id = any (g.budgets) then v_left - g.amount else 0 end
                               + case when id = any (p_budgets) then p_amount else 0 end
     where id = any (v_all);
  end if;

  v_pool := g.parts;
  if v_taken > 0 then
    perform tollgate.flush_head(a);
    v_pool := v_pool || tollgate.take(a.id, v_taken, false);
    update tollgate.accounts set reserved = reserved + v_taken where id = a.id;
    perform tollgate.pick_head(a.id);
  end if;
  parts := tollgate.cut_parts(v_pool, 0, p_amount);
  guarantee.parts := tollgate.cut_parts(v_pool, p_amount, p_amount + v_left);
  guarantee.amount := v_left;
  guarantee.deadline_at := tollgate.guarantee_deadline(p_now);
end $$;

-- Writes the guarantee as it is after something was drawn from it or came back.
create function tollgate.keep_guarantee(g tollgate.reservations) returns void language sql as $$
  update tollgate.reservations set amount = g.amount, parts = g.parts, deadline_at = greatest(deadline_at, g.deadline_at)
   where run = g.run and call = g.call;
$$;

-- Reserves for a call of a run that holds a guarantee, or whose parent does, and makes the guarantee with the first of
-- them: both or neither. p_guarantee: {run, amount, price, namespace, workflow_id, alive_as}; p_runs begins with the run
-- that holds it. A guarantee is made once: when it has ended, calls are paid from what is available.
create function tollgate.reserve_guaranteed(p_now timestamptz, p_run uuid, p_call bigint, p_account bigint, p_amount bigint,
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
    from tollgate.set_aside(a, g, v_new, p_amount, v_budgets, v_now) s;
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

-- Sets more aside under a reservation that a block is using, up to p_amount in all. Only the attempt that holds it
-- may; 3: a later attempt holds it, 4: it is closed.
create or replace function tollgate.grow_one(p_now timestamptz, p_run uuid, p_call bigint, p_account bigint, p_amount bigint, p_claim bigint)
returns bigint[] language plpgsql as $$
declare
  a tollgate.accounts; r tollgate.reservations; g tollgate.reservations; v_now timestamptz; v_more bigint; v_parts bigint[];
  v_available bigint; v_refusal bigint[]; v_guaranteed bigint; v_split bigint;
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

  if r.guaranteed is not null then g := tollgate.guarantee_of(a.id, p_run); end if;
  if g.run is not null then
    select s.refusal, s.parts, s.guaranteed, (s.guarantee).amount, (s.guarantee).parts, (s.guarantee).deadline_at
      into v_refusal, v_parts, v_guaranteed, g.amount, g.parts, g.deadline_at
      from tollgate.set_aside(a, g, 0, v_more, r.budgets, v_now) s;
    if v_refusal is not null then return v_refusal; end if;
    perform tollgate.keep_guarantee(g);
    v_split := r.guaranteed;                          -- what came from the guarantee stands first
    update tollgate.reservations
       set amount = p_amount, guaranteed = v_split + v_guaranteed,
           parts = tollgate.cut_parts(r.parts, 0, v_split) || tollgate.cut_parts(v_parts, 0, v_guaranteed)
                || tollgate.cut_parts(r.parts, v_split, r.amount) || tollgate.cut_parts(v_parts, v_guaranteed, v_more)
     where run = p_run and call = p_call;
    return array[1, p_amount, 0, 0, 0, (select balance - reserved from tollgate.accounts where id = p_account), r.price, 0];
  end if;

  if v_available < v_more then return tollgate.insufficient(a); end if;
  if v_more > tollgate.room_in_budgets(r.budgets, v_now) then return tollgate.over_budget(r.budgets, v_available); end if;
  update tollgate.budgets set reserved = reserved + v_more where id = any (r.budgets);
  perform tollgate.flush_head(a);
  v_parts := tollgate.take(p_account, v_more, false);
  v_parts := case when r.guaranteed is not null then r.parts || v_parts
    else tollgate.join_parts(coalesce(r.parts, case when r.amount > 0 then array[r.grant_id, r.amount] end), v_parts) end;
  update tollgate.reservations
     set amount = p_amount, grant_id = case when cardinality(v_parts) = 2 and r.guaranteed is null then v_parts[1] end,
         parts = case when cardinality(v_parts) > 2 or r.guaranteed is not null then v_parts end
   where run = p_run and call = p_call;
  update tollgate.accounts set reserved = reserved + v_more where id = p_account;
  perform tollgate.pick_head(p_account);
  return array[1, p_amount, 0, 0, 0, v_available - v_more, r.price, 0];
end $$;

-- Closes a reservation whose row is gone already, in every case. What is charged burns from the grants it was taken
-- from, in their order; beyond it, a drawing settle burns what the guarantee of its run holds, then what is available,
-- and absorbs what is missing. The rest goes back: what came from the guarantee to the guarantee while it lives and
-- its budgets have room for it, all else to its grants; what goes back to a grant that has ended, ends with it.
-- One that has lapsed before (`claim` is null) is charged late, all of it beyond a reservation of nothing.
create or replace function tollgate.close_otherwise(a tollgate.accounts, r tollgate.reservations, p_now timestamptz, p_op integer,
  p_amount bigint, p_usage jsonb)
returns bigint[] language plpgsql as $$
declare
  v_charged bigint := 0; v_drawn bigint := 0; v_absorbed bigint := 0; v_burn bigint; v_left bigint; v_ended text; k integer;
  v_part bigint[] := coalesce(r.parts, case when r.amount > 0 then array[r.grant_id, r.amount] else '{}' end);
  v_burned bigint[] := '{}'; v_lost bigint[] := '{}'; v_late boolean := r.claim is null;
  -- Of the guarantee: what it pays of the charge, what of that is beyond the reservation, what returns to it.
  g tollgate.reservations; v_guaranteed bigint := 0; v_lent bigint := 0; v_back bigint := 0; v_own bigint[] := '{}';
begin
  if r.guaranteed is not null then g := tollgate.guarantee_of(a.id, r.run); end if;
  if g.run is not null then v_own := array(select unnest(r.budgets) except select unnest(g.budgets)); end if;
  if p_op <= 3 then
    v_charged := least(p_amount, r.amount);
    if p_op = 2 and p_amount > v_charged then
      if g.run is not null then
        v_lent := least(p_amount - v_charged, g.amount, tollgate.room_in_budgets(v_own, p_now));
      end if;
      v_drawn := least(p_amount - v_charged - v_lent, a.balance - a.reserved, tollgate.room_in_budgets(v_own, p_now) - v_lent,
        tollgate.room_in_budgets(array(select unnest(r.budgets) except select unnest(v_own)), p_now));
    end if;
    v_absorbed := p_amount - v_charged - v_lent - v_drawn;
  end if;
  if r.guaranteed is not null then
    v_guaranteed := least(v_charged, r.guaranteed);
    if g.run is not null then
      v_back := least(r.guaranteed - v_guaranteed,
        tollgate.room_in_budgets(array(select unnest(g.budgets) except select unnest(r.budgets)), p_now));
    end if;
    update tollgate.guarantees
       set spent = spent + v_guaranteed + v_lent, returned = returned + r.guaranteed - v_guaranteed - v_back
     where run = (select guarantee from tollgate.runs where id = r.run);
    if g.run is not null then
      v_part := tollgate.cut_parts(v_part, 0, v_charged) || tollgate.cut_parts(g.parts, 0, v_lent)
             || tollgate.cut_parts(v_part, v_charged + v_back, r.amount);
      g.parts := tollgate.pool_parts(
        tollgate.cut_parts(g.parts, v_lent, g.amount) || tollgate.cut_parts(r.parts, v_charged, v_charged + v_back));
      g.amount := g.amount - v_lent + v_back;
      perform tollgate.keep_guarantee(g);
      perform tollgate.close_budgets(g.budgets, v_lent - v_back, 0);
    end if;
    r.guaranteed := v_guaranteed + v_lent;            -- as the entry says it
  end if;
  if r.call = 0 then
    update tollgate.guarantees set ended_at = p_now, returned = returned + r.amount where run = r.run;
  end if;
  perform tollgate.flush_head(a);
  v_left := v_charged + v_lent;
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
  if r.guaranteed is not null then v_burned := tollgate.pool_parts(v_burned); end if;
  update tollgate.accounts
     set balance = balance - v_charged - v_lent - v_drawn, reserved = reserved - r.amount + v_back - v_lent, seq = seq + 1
   where id = a.id returning * into a;
  if r.budgets is not null then perform tollgate.close_budgets(r.budgets, r.amount, v_charged + v_lent + v_drawn); end if;
  perform tollgate.write_closing(a, p_now, p_op, r, v_charged + v_lent + v_drawn, r.amount - v_charged, v_lent + v_drawn,
                                 v_absorbed, v_late, v_burned, p_usage);
  for k in 1 .. cardinality(v_lost) / 3 loop
    a := tollgate.move(a, (case v_lost[3 * k] when 1 then 'revoked' else 'expired' end)::tollgate.entry_kind,
                       v_lost[3 * k - 2], -v_lost[3 * k - 1], p_now);
  end loop;
  perform tollgate.pick_head(a.id);
  return array[1, r.amount, v_charged + v_lent + v_drawn, r.amount - v_charged, v_absorbed, a.balance - a.reserved, r.price,
               case when v_late then 2 else 0 end];
end $$;

create or replace function tollgate.write_closing(a tollgate.accounts, p_at timestamptz, p_op integer, r tollgate.reservations,
  p_charged bigint, p_returned bigint, p_drawn bigint, p_absorbed bigint, p_late boolean, p_burned bigint[], p_usage jsonb)
returns void language sql as $$
  insert into tollgate.entries (run, account, seq, call, at, amount, balance, reserved, returned, grant_id, kind, price, nth,
                                drawn, absorbed, late, parts, usage, guaranteed)
  values (r.run, a.id, a.seq, r.call, p_at, -p_charged, a.balance, r.amount, p_returned,
          case when cardinality(p_burned) = 2 then p_burned[1] end,
          (case p_op when 4 then 'released' when 5 then 'lapsed' else 'settled' end)::tollgate.entry_kind, r.price, r.nth,
          nullif(p_drawn, 0), nullif(p_absorbed, 0), nullif(p_late, false),
          case when cardinality(p_burned) > 2 then p_burned end, p_usage, nullif(r.guaranteed, 0));
$$;

-- No reservation could be closed. It is another account's, or a later attempt's, or not due yet: nothing is done.
-- Settled before: the same receipt. Lapsed: charged once from the run's guarantee and what is available, marked late.
-- Released by its own attempt, or never reserved: nothing to charge.
create or replace function tollgate.close_late(a tollgate.accounts, p_now timestamptz, p_op integer, p_run uuid, p_call bigint,
  p_amount bigint, p_usage jsonb)
returns bigint[] language plpgsql as $$
declare e tollgate.entries; r tollgate.reservations;
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
  r.run := p_run; r.call := p_call; r.account := a.id; r.amount := 0; r.price := e.price; r.nth := e.nth;
  if (tollgate.guarantee_of(a.id, p_run)).run is not null then r.guaranteed := 0; r.parts := '{}'; end if;
  return tollgate.close_otherwise(a, r, p_now, 2, p_amount, p_usage);
end $$;

-- What a run no longer needs returns to its account, at its end. Returns how much; null: it holds no guarantee (any more).
create function tollgate.end_guarantee(p_now timestamptz, p_run uuid) returns bigint language plpgsql as $$
declare v_account bigint; v_answer bigint[];
begin
  select account into v_account from tollgate.guarantees where run = p_run and ended_at is null;
  if not found then return null; end if;
  v_answer := tollgate.close_one(p_now, 4, p_run, 0, v_account, 0, 0, null);
  return case when v_answer[1] = 1 then v_answer[4] end;
end $$;

-- Guarantees of a namespace whose runs nobody has asked after since p_since. They are asked after now, by the caller.
create function tollgate.guarantees_to_ask(p_now timestamptz, p_namespace text, p_since interval, p_limit integer)
returns table (run uuid, workflow_id text, alive_as text) language sql as $$
  update tollgate.guarantees g set asked_at = coalesce(p_now, clock_timestamp())
    from (select o.run from tollgate.guarantees o
           where o.ended_at is null and o.namespace = p_namespace and o.asked_at <= coalesce(p_now, clock_timestamp()) - p_since
           order by o.asked_at limit p_limit for update skip locked) due
   where g.run = due.run
  returning g.run, g.workflow_id, g.alive_as;
$$;

-- Its run lives, perhaps as the one that continues it: the guarantee stands on.
create function tollgate.extend_guarantee(p_now timestamptz, p_run uuid, p_alive_as text) returns void language sql as $$
  update tollgate.guarantees set alive_as = p_alive_as where run = p_run and alive_as <> p_alive_as;
  update tollgate.reservations set deadline_at = tollgate.guarantee_deadline(coalesce(p_now, clock_timestamp())) where run = p_run and call = 0;
$$;

-- In the line of runs that wait for credits (000007-line.sql): the guarantee on which a call draws, with the amount of the
-- call itself as `call_amount`.
alter table tollgate.waiting add column guarantee jsonb;

-- What must be available for a waiting call. What its run's guarantee holds may have changed since it was refused.
create function tollgate.needed_by(w tollgate.waiting) returns bigint language plpgsql stable as $$
declare g tollgate.reservations; v_amount bigint := (w.guarantee ->> 'call_amount')::bigint; v_holder uuid := w.guarantee ->> 'run';
begin
  if w.guarantee is null then return w.needed; end if;
  select * into g from tollgate.reservations where run = v_holder and call = 0 and account = w.account;
  if found then return greatest(0, v_amount - g.amount); end if;
  if exists (select from tollgate.guarantees where run = v_holder) then return v_amount; end if;
  return greatest(v_amount, (w.guarantee ->> 'amount')::bigint);
end $$;

-- As before, for a call under a guarantee.
create function tollgate.join_line(p_now timestamptz, p_namespace text, p_account bigint, p_run uuid, p_call bigint,
  p_amount bigint, p_price integer, p_nth integer, p_workflow_run_id text, p_limit_ms bigint, p_guarantee jsonb)
returns tollgate.waiting language plpgsql as $$
declare w tollgate.waiting;
begin
  w := tollgate.join_line(p_now, p_namespace, p_account, p_run, p_call, p_amount, p_price, p_nth, p_workflow_run_id, p_limit_ms);
  if p_guarantee is not null then
    w.guarantee := p_guarantee || jsonb_build_object('call_amount', p_amount);
    update tollgate.waiting set guarantee = w.guarantee, needed = tollgate.needed_by(w) where run = p_run and call = p_call;
  end if;
  return w;
end $$;

-- As before; what a call under a guarantee waits for is set aside as its own reserve would: the guarantee and the call.
create or replace function tollgate.wake_line(p_now timestamptz, p_namespace text, p_account bigint, p_limit integer, p_hold_ms bigint)
returns integer language plpgsql as $$
declare w tollgate.waiting; v_now timestamptz := coalesce(p_now, clock_timestamp()); v_count integer := 0; v_code bigint;
begin
  perform 1 from tollgate.lines where account = p_account and namespace = p_namespace for update;
  delete from tollgate.waiting
   where account = p_account and namespace = p_namespace and state = 'waiting' and deadline_at <= v_now;
  while v_count < p_limit loop
    select * into w from tollgate.waiting
     where account = p_account and namespace = p_namespace and state = 'waiting' order by place limit 1;
    exit when not found;
    if not tollgate.is_reserved_or_settled(w.run, w.call) then
      v_code := (case
        when w.guarantee is null
        then tollgate.reserve_carefully(p_now, w.run, w.call, p_account, w.needed, 0, w.price, w.nth, p_hold_ms, null)
        else tollgate.reserve_guaranteed(p_now, w.run, w.call, p_account, (w.guarantee ->> 'call_amount')::bigint, 0, w.price,
                                         w.nth, p_hold_ms, null, w.guarantee) end)[1];
      exit when v_code in (10, 12);
    end if;                          -- any other refusal is for the run to hear, so it is woken too
    update tollgate.waiting set state = 'woken' where run = w.run and call = w.call;
    v_count := v_count + 1;
  end loop;
  perform tollgate.end_line(p_account, p_namespace);
  return v_count;
end $$;

-- As before, by what each call needs now.
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
