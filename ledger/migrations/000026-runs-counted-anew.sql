-- A run's own budget is not written any more when a call of it settles: that write was one of its own for each call, while the
-- budgets of an account, an agent, a schedule or a member are written once for many calls (docs/adr/0022).
--
-- So `spent + reserved` of a run's budget is never less than what counts against it, and may be more: a call that has settled
-- may still count with what it had reserved. Where room lacks, the budget is counted anew from the entries and the open
-- reservations of its runs before anything is refused.

-- Budgets of runs have ids of their own, so that a settle tells them from others without reading them. Those that were there
-- before have not, and are written at each settle.
create sequence tollgate.budgets_of_runs minvalue 1099511627776;  -- 2 ^ 40
create function tollgate.is_of_run(p_budget bigint) returns boolean language sql immutable as $$
  select p_budget >= 1099511627776;
$$;
-- The runs that a budget caps. Little is put off at a time, since whoever counts anew reads that as well.
create index runs_capped_by on tollgate.runs using gin (capped_by) with (gin_pending_list_limit = 256) where capped_by is not null;

-- Counts those of these budgets anew that are of runs and lack the room. p_gone is a reservation of theirs whose row is gone and
-- whose entry is not written yet. The account is locked.
create function tollgate.recount_budgets(p_ids bigint[], p_wanted bigint, p_gone tollgate.reservations default null)
returns void language sql as $$
  update tollgate.budgets b
     set spent = coalesce(charged.total, 0),
         reserved = coalesce(open.total, 0) + case when b.id = any (p_gone.budgets) then p_gone.amount else 0 end
    from (select id, account, subject from tollgate.budgets
           where id = any (p_ids) and tollgate.is_of_run(id) and cap - spent - reserved < p_wanted) short
   -- Behind fences, as in 000022-cheaper-batch.sql: whatever the plan, these are look-ups.
   cross join lateral (
     select array_agg(r.id) as runs
       from (select id, account from tollgate.runs where capped_by @> array[short.subject::uuid] offset 0) r
      where r.account = short.account) capped
   cross join lateral (
     select -tollgate.total(e.amount) as total from unnest(capped.runs) as capped_run(run)
      cross join lateral (select amount from tollgate.entries where entries.run = capped_run.run offset 0) e) charged
   cross join lateral (
     select tollgate.total(r.amount) as total from unnest(capped.runs) as capped_run(run)
      cross join lateral (select amount from tollgate.reservations where reservations.run = capped_run.run offset 0) r) open
   where b.id = short.id;
$$;

-- Of these budgets, the one with the least room, where that is too little.
create function tollgate.tightest_budget(p_ids bigint[], p_amount bigint) returns bigint language sql as $$
  select id from tollgate.budgets where id = any (p_ids) and cap - spent - reserved < p_amount
   order by cap - spent - reserved limit 1;
$$;

-- Counts a reserve against every budget of its run, or refuses: the id of the one with the least room, negative.
create or replace function tollgate.claim_budgets(p_account bigint, p_run uuid, p_amount bigint, p_now timestamptz)
returns bigint[] language plpgsql as $$
declare v_ids bigint[] := array(select tollgate.budgets_of(p_account, p_run)); v_tight bigint;
begin
  perform tollgate.roll_budgets(v_ids, p_now);
  v_tight := tollgate.tightest_budget(v_ids, p_amount);
  if v_tight is not null then
    perform tollgate.recount_budgets(v_ids, p_amount);
    v_tight := tollgate.tightest_budget(v_ids, p_amount);
    if v_tight is not null then return array[-v_tight]; end if;
  end if;
  update tollgate.budgets set reserved = reserved + p_amount where id = any (v_ids);
  return v_ids;
end $$;

-- What may still be spent under all of them, or less where more than p_wanted may; null where there are none.
drop function tollgate.room_in_budgets(bigint[], timestamptz);
create function tollgate.room_in_budgets(p_ids bigint[], p_now timestamptz, p_wanted bigint, p_gone tollgate.reservations default null)
returns bigint language plpgsql as $$
begin
  perform tollgate.roll_budgets(p_ids, p_now);
  perform tollgate.recount_budgets(p_ids, p_wanted, p_gone);
  return (select greatest(0, min(cap - spent - reserved)) from tollgate.budgets where id = any (p_ids) having count(*) > 0);
end $$;

-- As before, counting anew where room lacks.
-- Sets p_amount aside for a call: first from the guarantee g, the rest from what is available; and with it p_new for a
-- guarantee that is being made. Refuses, and then nothing has changed, or gives the parts of the call, how much of it
-- came from the guarantee, and the guarantee as it is to be. A refusal's fifth number is what was needed.
create or replace function tollgate.set_aside(a tollgate.accounts, g tollgate.reservations, p_new bigint, p_amount bigint,
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
    perform tollgate.recount_budgets(v_all, p_amount + greatest(0, v_left - g.amount));
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
  if v_more > tollgate.room_in_budgets(r.budgets, v_now, v_more) then return tollgate.over_budget(r.budgets, v_available); end if;
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
        v_lent := least(p_amount - v_charged, g.amount, tollgate.room_in_budgets(v_own, p_now, p_amount, r));
      end if;
      v_drawn := least(p_amount - v_charged - v_lent, a.balance - a.reserved, tollgate.room_in_budgets(v_own, p_now, p_amount, r) - v_lent,
        tollgate.room_in_budgets(array(select unnest(r.budgets) except select unnest(v_own)), p_now, p_amount, r));
    end if;
    v_absorbed := p_amount - v_charged - v_lent - v_drawn;
  end if;
  if r.guaranteed is not null then
    v_guaranteed := least(v_charged, r.guaranteed);
    if g.run is not null then
      v_back := least(r.guaranteed - v_guaranteed,
        tollgate.room_in_budgets(array(select unnest(g.budgets) except select unnest(r.budgets)), p_now, r.guaranteed));
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
