-- What billing does to the books: many movements of grants in one transaction, each with a key from outside,
-- so that the same commands given twice take once.
--
-- A cause takes back of a grant what a refund, a dispute or a smaller pack asks (revocations), and may give it
-- back again ('restored'). What was asked and had been spent is what the account owes (grant_unpaid).

alter type tollgate.entry_kind add value 'restored';

-- Why a grant moved, where something outside of the books was the reason.
alter table tollgate.entries add column cause text;
-- As before, with the one new kind that adds: it stands after 'revoked'. Every older row passed the stricter rule.
alter table tollgate.entries drop constraint entries_add_up;
alter table tollgate.entries
  add constraint entries_add_up check (balance >= 0 and drawn > 0 and absorbed > 0 and late and
    case when run is null
      then call is null and grant_id is not null and amount <> 0 and (amount > 0) = (kind = 'granted' or kind > 'revoked') and kind >= 'granted'
      else call is not null and price is not null and amount <= 0 and kind < 'granted'
           and reserved + coalesce(drawn, 0) = returned - amount end) not valid;

-- What expired or was revoked of a grant, less what was restored: amount = remaining + taken_back + spent.
alter table tollgate.grants add column taken_back bigint not null default 0 check (taken_back between 0 and amount);
update tollgate.grants g set taken_back = t.total
  from (select grant_id, -sum(amount) as total from tollgate.entries where kind in ('expired', 'revoked') group by grant_id) t
 where t.grant_id = g.id;

create table tollgate.revocations (
  grant_id bigint not null references tollgate.grants (id),
  cause    text not null check (cause <> ''),
  asked    bigint not null check (asked >= 0),
  taken    bigint not null check (taken between 0 and asked),
  -- Whether what cannot be taken is owed; a smaller pack owes nothing for what was spent before.
  owed     boolean not null,
  primary key (grant_id, cause)
);
comment on table tollgate.revocations is 'What each cause asks back of a grant, and what of it the grant still had.';

create table tollgate.freezes (
  account   bigint not null references tollgate.accounts (id),
  cause     text not null check (cause <> ''),
  frozen_at timestamptz not null,
  lifted_at timestamptz,
  primary key (account, cause)
);
comment on table tollgate.freezes is 'An account is frozen while one of its freezes is not lifted.';
insert into tollgate.freezes (account, cause, frozen_at) select id, 'operator', now() from tollgate.accounts where frozen;

create or replace view tollgate.grants_now as
  select g.id, g.account, g.key, g.source, g.priority, g.amount, g.granted_at, g.expires_at, g.ended,
         case when a.head = g.id then a.head_remaining else g.remaining end as remaining,
         case when a.head = g.id then a.head_reserved else g.reserved end as reserved,
         g.open and (a.head is distinct from g.id or a.head_remaining > 0) as open, g.taken_back
    from tollgate.grants g join tollgate.accounts a on a.id = g.account;

-- Asked back for good, beyond what the grant still has or ever lost unspent.
create function tollgate.grant_unpaid(p_grant bigint, p_amount bigint, p_unspent bigint) returns bigint language sql stable as $$
  select greatest(0, least(p_amount, coalesce(sum(asked), 0)) - p_unspent)::bigint
    from tollgate.revocations where grant_id = p_grant and owed;
$$;

create function tollgate.move_for(a tollgate.accounts, p_kind tollgate.entry_kind, p_grant bigint, p_amount bigint, p_at timestamptz, p_cause text)
returns tollgate.accounts language plpgsql as $$
begin
  update tollgate.accounts set balance = balance + p_amount, seq = seq + 1 where id = a.id returning * into a;
  insert into tollgate.entries (account, seq, at, kind, amount, balance, grant_id, cause)
    values (a.id, a.seq, p_at, p_kind, p_amount, a.balance, p_grant, p_cause);
  if p_kind::text <> 'granted' then update tollgate.grants set taken_back = taken_back - p_amount where id = p_grant; end if;
  return a;
end $$;

create or replace function tollgate.move(a tollgate.accounts, p_kind tollgate.entry_kind, p_grant bigint, p_amount bigint, p_at timestamptz)
returns tollgate.accounts language plpgsql as $$
begin
  return tollgate.move_for(a, p_kind, p_grant, p_amount, p_at, null);
end $$;

-- ------------------------------------------------------------------------ what single commands do
-- The account is locked and up to date, its head is put back into its grant; whoever calls picks a head after.
-- Each returns what it did to the balance.

create function tollgate.require_grant(p_account bigint, p_key text) returns tollgate.grants language plpgsql as $$
declare g tollgate.grants;
begin
  select * into g from tollgate.grants where account = p_account and key = p_key;
  if not found then raise exception 'no grant %', p_key using errcode = 'TG002'; end if;
  return g;
end $$;

-- Takes up to p_amount of what is left and not reserved.
create function tollgate.take_back(a tollgate.accounts, g tollgate.grants, p_amount bigint, p_at timestamptz, p_cause text)
returns bigint language plpgsql as $$
declare v_take bigint := least(p_amount, g.remaining - g.reserved);
begin
  if v_take <= 0 then return 0; end if;
  update tollgate.grants set remaining = remaining - v_take, open = open and remaining > v_take where id = g.id;
  perform tollgate.move_for(a, 'revoked', g.id, -v_take, p_at, p_cause);
  return -v_take;
end $$;

-- What a grant has ended meanwhile, is not given back.
create function tollgate.give_back(a tollgate.accounts, g tollgate.grants, p_amount bigint, p_at timestamptz, p_cause text)
returns bigint language plpgsql as $$
begin
  if p_amount <= 0 or g.ended is not null then return 0; end if;
  update tollgate.grants set remaining = remaining + p_amount, open = true where id = g.id;
  perform tollgate.move_for(a, 'restored', g.id, p_amount, p_at, p_cause);
  return p_amount;
end $$;

create function tollgate.end_grant(a tollgate.accounts, g tollgate.grants, p_at timestamptz, p_cause text)
returns bigint language plpgsql as $$
declare v_moved bigint;
begin
  if g.ended is not null then return 0; end if;
  v_moved := tollgate.take_back(a, g, g.remaining, p_at, p_cause);
  update tollgate.grants set open = false, ended = 'revoked' where id = g.id;
  return v_moved;
end $$;

-- The cause shall have taken p_total in all.
create function tollgate.revoke_for(a tollgate.accounts, g tollgate.grants, p_cause text, p_total bigint, p_owed boolean, p_at timestamptz)
returns bigint language plpgsql as $$
declare r tollgate.revocations; v_moved bigint := 0; v_total bigint := least(p_total, g.amount);
begin
  insert into tollgate.revocations (grant_id, cause, asked, taken, owed) values (g.id, p_cause, 0, 0, p_owed) on conflict do nothing;
  select * into r from tollgate.revocations where grant_id = g.id and cause = p_cause;
  if v_total > r.taken then
    v_moved := tollgate.take_back(a, g, v_total - r.taken, p_at, p_cause);
    r.taken := r.taken - v_moved;
  elsif v_total < r.taken then
    v_moved := tollgate.give_back(a, g, r.taken - v_total, p_at, p_cause);
    r.taken := v_total;
  end if;
  update tollgate.revocations set asked = v_total, taken = r.taken where grant_id = g.id and cause = p_cause;
  return v_moved;
end $$;

-- Once per cause: what is left above p_at_most. Given again, it takes what was reserved the first time.
create function tollgate.cut_grant(a tollgate.accounts, g tollgate.grants, p_cause text, p_at_most bigint, p_at timestamptz)
returns bigint language plpgsql as $$
declare v_asked bigint;
begin
  select asked into v_asked from tollgate.revocations where grant_id = g.id and cause = p_cause;
  return tollgate.revoke_for(a, g, p_cause, coalesce(v_asked, greatest(0, g.remaining - p_at_most)), false, p_at);
end $$;

-- Turns the drip on or off (0) as of a time: midnights since then come when time is let happen; drips that came
-- since then are taken back as far as they are left.
create function tollgate.set_drip_since(a tollgate.accounts, p_amount bigint, p_cap bigint, p_since timestamptz, p_at timestamptz)
returns bigint language plpgsql as $$
declare g tollgate.grants; v_moved bigint := 0;
begin
  if p_amount = 0 then
    for g in select * from tollgate.grants where account = a.id and source = 'drip' and open and granted_at > p_since order by id loop
      v_moved := v_moved + tollgate.end_grant(a, g, p_at, 'drip-off');
    end loop;
  end if;
  update tollgate.accounts set drip_amount = p_amount, drip_cap = p_cap,
         dripped_on = case when drip_amount > 0 then dripped_on else greatest(dripped_on, (p_since at time zone 'UTC')::date) end
   where id = a.id;
  return v_moved;
end $$;

-- A cause freezes once. Without one, all of them are lifted.
create function tollgate.set_freeze(p_account bigint, p_cause text, p_on boolean, p_at timestamptz) returns boolean language plpgsql as $$
declare v_changed boolean;
begin
  if p_on then
    insert into tollgate.freezes as f (account, cause, frozen_at) values (p_account, p_cause, p_at)
      on conflict (account, cause) do update set lifted_at = null, frozen_at = p_at
      where f.cause = 'operator' and f.lifted_at is not null;
  else
    update tollgate.freezes set lifted_at = p_at where account = p_account and cause = coalesce(p_cause, cause) and lifted_at is null;
  end if;
  v_changed := found;
  update tollgate.accounts set frozen = exists (select from tollgate.freezes where account = p_account and lifted_at is null) where id = p_account;
  return v_changed;
end $$;

create function tollgate.set_frozen(p_now timestamptz, p_account bigint, p_frozen boolean) returns void language plpgsql as $$
begin
  perform tollgate.lock_account(p_account, p_now);
  perform tollgate.set_freeze(p_account, case when p_frozen then 'operator' end, p_frozen, coalesce(p_now, clock_timestamp()));
end $$;

create function tollgate.apply_one(a tollgate.accounts, c jsonb, p_at timestamptz, out moved bigint, out changed boolean) language plpgsql as $$
declare g tollgate.grants; v_do text := c ->> 'do';
begin
  moved := 0;
  if v_do in ('freeze', 'unfreeze') then
    changed := tollgate.set_freeze(a.id, c ->> 'cause', v_do = 'freeze', p_at);
  elsif v_do = 'drip' then
    changed := a.drip_amount <> (c ->> 'daily')::bigint or a.drip_cap <> (c ->> 'cap')::bigint;
    if changed then
      moved := tollgate.set_drip_since(a, (c ->> 'daily')::bigint, (c ->> 'cap')::bigint, (c ->> 'since')::timestamptz, p_at);
    end if;
  elsif v_do = 'grant' then
    changed := not exists (select from tollgate.grants where account = a.id and key = c ->> 'key');
    if changed then
      moved := (c ->> 'amount')::bigint;
      perform tollgate.add_grant(a, c ->> 'key', c ->> 'source', moved, (c ->> 'priority')::smallint, (c ->> 'expiresAt')::timestamptz, p_at);
    end if;
  else
    g := tollgate.require_grant(a.id, c ->> 'key');
    if v_do = 'term' then
      update tollgate.grants set expires_at = (c ->> 'expiresAt')::timestamptz, priority = (c ->> 'priority')::smallint
       where id = g.id and ended is null
         and (expires_at, priority) is distinct from ((c ->> 'expiresAt')::timestamptz, (c ->> 'priority')::smallint);
      changed := found;
    else
      moved := case v_do
        when 'end' then tollgate.end_grant(a, g, p_at, c ->> 'cause')
        when 'cut' then tollgate.cut_grant(a, g, c ->> 'cause', (c ->> 'atMost')::bigint, p_at)
        when 'revoke' then tollgate.revoke_for(a, g, c ->> 'cause', (c ->> 'total')::bigint, true, p_at)
        when 'restore' then tollgate.revoke_for(a, g, c ->> 'cause', 0, true, p_at) end;
      changed := moved <> 0 or v_do = 'end' and g.ended is null;
    end if;
  end if;
end $$;

-- All of them or none. Answers [moved, changed] for each. What has a time that has passed, has it at once.
create function tollgate.apply_billing(p_now timestamptz, p_account bigint, p_commands jsonb) returns jsonb language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  c jsonb; v_moved bigint; v_changed boolean; v_answers jsonb := '[]';
begin
  perform tollgate.flush_head(a);
  update tollgate.accounts set head = null, head_remaining = 0, head_reserved = 0 where id = p_account;
  for c in select * from jsonb_array_elements(p_commands) loop
    select * into a from tollgate.accounts where id = p_account;
    select moved, changed into v_moved, v_changed from tollgate.apply_one(a, c, v_now);
    v_answers := v_answers || jsonb_build_array(jsonb_build_array(v_moved::text, v_changed));
  end loop;
  perform tollgate.pick_head(p_account);
  perform tollgate.lock_account(p_account, p_now);
  return v_answers;
end $$;
