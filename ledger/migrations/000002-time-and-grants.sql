-- What time and operators do to an account: expiry, the drip, grant, revoke, freeze.
--
-- Each function takes the time as an argument (null: the database's clock, read once the account is
-- locked) and brings the account up to that time before it does anything else.

-- Puts the burning grant's numbers back into its own row.
create function tollgate.flush_head(a tollgate.accounts) returns void language sql as $$
  update tollgate.grants
     set remaining = a.head_remaining, reserved = a.head_reserved, open = ended is null and a.head_remaining > 0
   where id = a.head;
$$;

-- Chooses the grant to burn next, and when time will next change the account. After flush_head.
create function tollgate.pick_head(p_account bigint) returns void language sql as $$
  update tollgate.accounts a
     set head = h.id, head_remaining = coalesce(h.remaining, 0), head_reserved = coalesce(h.reserved, 0),
         due_at = least(
           coalesce((select min(expires_at) from tollgate.grants where account = p_account and open), 'infinity'),
           case when a.drip_amount > 0 then (a.dripped_on + 1)::timestamp at time zone 'UTC' else 'infinity' end)
    from (select 1) always
    left join lateral (
      select id, remaining, reserved from tollgate.grants
       where account = p_account and open and remaining > reserved
       order by priority, expires_at, id limit 1) h on true
   where a.id = p_account;
$$;

-- Writes the entry of a grant's movement and returns the account as it is after it.
create function tollgate.move(a tollgate.accounts, p_kind tollgate.entry_kind, p_grant bigint, p_amount bigint, p_at timestamptz)
returns tollgate.accounts language plpgsql as $$
begin
  update tollgate.accounts set balance = balance + p_amount, seq = seq + 1 where id = a.id returning * into a;
  insert into tollgate.entries (account, seq, at, kind, amount, balance, grant_id)
    values (a.id, a.seq, p_at, p_kind, p_amount, a.balance, p_grant);
  return a;
end $$;

create function tollgate.add_grant(a tollgate.accounts, p_key text, p_source text, p_amount bigint,
  p_priority smallint, p_expires_at timestamptz, p_at timestamptz)
returns tollgate.accounts language plpgsql as $$
declare v_grant bigint;
begin
  insert into tollgate.grants (account, key, source, priority, amount, remaining, granted_at, expires_at)
    values (a.id, p_key, p_source, p_priority, p_amount, p_amount, p_at, p_expires_at) returning id into v_grant;
  return tollgate.move(a, 'granted', v_grant, p_amount, p_at);
end $$;

-- Lets everything happen that time has brought by p_now, in the order in which it came: a grant that
-- expires loses what is not reserved; each midnight UTC drips up to the cap. The account is locked.
create function tollgate.advance(a tollgate.accounts, p_now timestamptz)
returns tollgate.accounts language plpgsql as $$
declare
  g tollgate.grants;
  v_today date := (p_now at time zone 'UTC')::date;
  v_midnight timestamptz;
  v_drip bigint;
begin
  perform tollgate.flush_head(a);
  loop
    select * into g from tollgate.grants
      where account = a.id and open and expires_at <= p_now order by expires_at, id limit 1;
    v_midnight := case when a.drip_amount > 0 and a.dripped_on < v_today
                    then (a.dripped_on + 1)::timestamp at time zone 'UTC' end;
    exit when g.id is null and v_midnight is null;
    if v_midnight is null or g.expires_at <= v_midnight then
      update tollgate.grants set remaining = reserved, open = false, ended = 'expired' where id = g.id;
      if g.remaining > g.reserved then
        a := tollgate.move(a, 'expired', g.id, g.reserved - g.remaining, g.expires_at);
      end if;
    else
      v_drip := least(a.drip_amount, a.drip_cap - a.balance);
      if v_drip > 0 then
        a := tollgate.add_grant(a, 'drip:' || (v_midnight at time zone 'UTC')::date, 'drip', v_drip, 0::smallint, null, v_midnight);
        a.dripped_on := (v_midnight at time zone 'UTC')::date;
      else
        -- At the cap nothing drips until an expiry makes room: pass over the midnights before it at once.
        a.dripped_on := least(v_today, ((g.expires_at - interval '1 microsecond') at time zone 'UTC')::date);
      end if;
      update tollgate.accounts set dripped_on = a.dripped_on where id = a.id;
    end if;
  end loop;
  perform tollgate.pick_head(a.id);
  select * into a from tollgate.accounts where id = a.id;
  return a;
end $$;

-- Locks an account and brings it up to the time. Null when there is none.
create function tollgate.lock_account(p_account bigint, p_now timestamptz)
returns tollgate.accounts language plpgsql as $$
declare a tollgate.accounts; v_now timestamptz;
begin
  select * into a from tollgate.accounts where id = p_account for no key update;
  if not found then return null; end if;
  v_now := coalesce(p_now, clock_timestamp());
  if a.due_at <= v_now then a := tollgate.advance(a, v_now); end if;
  return a;
end $$;

-- Opens an account, or finds it. The first day's drip comes at once.
create function tollgate.open_account(p_now timestamptz, p_name text, p_drip_amount bigint, p_drip_cap bigint)
returns bigint language plpgsql as $$
declare a tollgate.accounts; v_now timestamptz := coalesce(p_now, clock_timestamp()); v_today date := (v_now at time zone 'UTC')::date;
begin
  insert into tollgate.accounts (name, drip_amount, drip_cap, dripped_on, opened_at)
    values (p_name, p_drip_amount, p_drip_cap, v_today, v_now) on conflict (name) do nothing returning * into a;
  if not found then return (select id from tollgate.accounts where name = p_name); end if;
  if least(p_drip_amount, p_drip_cap) > 0 then
    a := tollgate.add_grant(a, 'drip:' || v_today, 'drip', least(p_drip_amount, p_drip_cap), 0::smallint, null, v_now);
  end if;
  perform tollgate.pick_head(a.id);
  return a.id;
end $$;

-- Turns the drip on (from the next midnight on) or off (amount 0).
create function tollgate.set_drip(p_now timestamptz, p_account bigint, p_amount bigint, p_cap bigint)
returns void language plpgsql as $$
declare a tollgate.accounts := tollgate.lock_account(p_account, p_now);
begin
  update tollgate.accounts set drip_amount = p_amount, drip_cap = p_cap,
         dripped_on = case when a.drip_amount > 0 then dripped_on else (coalesce(p_now, clock_timestamp()) at time zone 'UTC')::date end
   where id = p_account;
  perform tollgate.flush_head(a);
  perform tollgate.pick_head(p_account);
end $$;

-- 'created', 'exists' (the very same grant) or 'differs' (the key stands for another grant).
create function tollgate.grant_credits(p_now timestamptz, p_account bigint, p_key text, p_source text,
  p_amount bigint, p_priority smallint, p_expires_at timestamptz)
returns text language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  g tollgate.grants;
  v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  select * into g from tollgate.grants where account = p_account and key = p_key;
  if found then
    return case when (g.source, g.amount, g.priority, coalesce(g.expires_at, 'infinity'))
                   = (p_source, p_amount, p_priority, coalesce(p_expires_at, 'infinity')) then 'exists' else 'differs' end;
  end if;
  perform tollgate.flush_head(a);
  a := tollgate.add_grant(a, p_key, p_source, p_amount, p_priority, p_expires_at, v_now);
  perform tollgate.pick_head(p_account);
  perform tollgate.lock_account(p_account, p_now);   -- a grant that has expired already, expires now
  return 'created';
end $$;

-- Takes back up to p_amount of what is left and not reserved of a grant; null takes all and ends it:
-- what is reserved from it then follows when its reservations close. Returns what was taken, null for no such grant.
create function tollgate.revoke_grant(p_now timestamptz, p_account bigint, p_key text, p_amount bigint)
returns bigint language plpgsql as $$
declare
  a tollgate.accounts := tollgate.lock_account(p_account, p_now);
  g tollgate.grants;
  v_take bigint;
begin
  perform tollgate.flush_head(a);
  select * into g from tollgate.grants where account = p_account and key = p_key;
  if not found then return null; end if;
  v_take := least(coalesce(p_amount, g.amount), g.remaining - g.reserved);
  update tollgate.grants
     set remaining = remaining - v_take, open = open and p_amount is not null and remaining > v_take,
         ended = case when p_amount is null then coalesce(ended, 'revoked') else ended end
   where id = g.id;
  if v_take > 0 then a := tollgate.move(a, 'revoked', g.id, -v_take, coalesce(p_now, clock_timestamp())); end if;
  perform tollgate.pick_head(p_account);
  return v_take;
end $$;
