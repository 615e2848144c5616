-- Automatic top-ups: what an account's owner has set, and whether the ledger looks out for want of credits. No
-- statement of the gate knows of it.

create table tollgate.auto_top_ups (
  account         bigint primary key references tollgate.accounts (id),
  top_up          text not null check (top_up <> ''),
  below           bigint not null check (below > 0),
  monthly_ceiling bigint not null check (monthly_ceiling > 0),
  enabled_at      timestamptz not null,
  -- False while a look would buy nothing whatever is available: declined, ceiling reached, a payment under way.
  watched         boolean not null default true,
  -- When the workflow was last told that credits are short; null once it has looked.
  hinted_at       timestamptz
);
comment on table tollgate.auto_top_ups is 'One row per account that has automatic top-ups on.';

-- Accounts with less than they want, each once in `p_quiet_ms` until somebody has looked. What time has brought
-- (expiry, drip) is booked first, as any read does.
create function tollgate.find_due_top_ups(p_now timestamptz, p_quiet_ms bigint, p_limit integer)
returns setof text language plpgsql as $$
declare t record; a tollgate.accounts; v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  for t in
    select w.account, w.below, acc.name, acc.due_at <= v_now as is_due
      from tollgate.auto_top_ups w join tollgate.accounts acc on acc.id = w.account
     where w.watched and (w.hinted_at is null or w.hinted_at <= v_now - p_quiet_ms * interval '1 millisecond')
       and (acc.due_at <= v_now or not acc.frozen and acc.balance - acc.reserved < w.below)
     order by w.account limit p_limit
       for update of w skip locked
  loop
    if t.is_due then
      a := tollgate.lock_account(t.account, p_now);
      continue when a.frozen or a.balance - a.reserved >= t.below;
    end if;
    update tollgate.auto_top_ups set hinted_at = v_now where account = t.account;
    return next t.name;
  end loop;
end $$;
