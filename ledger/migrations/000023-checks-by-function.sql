-- The same checks, read once per session. PostgreSQL reads the text of a check anew in every statement that writes to its
-- table, which was more than a third of what a lone reserve and settle cost it; a function it keeps. What stands was held to the
-- same rules, so it is not looked at again.

create function tollgate.account_adds_up(a tollgate.accounts) returns boolean language plpgsql immutable as $$
begin
  return least(a.reserved, a.balance - a.reserved, a.head_reserved, a.head_remaining - a.head_reserved) >= 0
     and (a.head is not null or a.head_remaining = 0);
end $$;

-- Where a column is null its term is null, and a check fails only by a term that is false.
create function tollgate.entry_adds_up(e tollgate.entries) returns boolean language plpgsql immutable as $$
begin
  return e.balance >= 0 and e.drawn > 0 and e.absorbed > 0 and e.late and
    case when e.run is null
      then e.call is null and e.grant_id is not null and e.amount <> 0 and (e.amount > 0) = (e.kind = 'granted' or e.kind > 'revoked') and e.kind >= 'granted'
      else e.call is not null and e.price is not null and e.amount <= 0 and e.kind < 'granted'
           and e.reserved + coalesce(e.drawn, 0) = e.returned - e.amount end;
end $$;

alter table tollgate.accounts
  drop constraint accounts_add_up,
  add constraint accounts_add_up check (tollgate.account_adds_up(accounts)) not valid;
alter table tollgate.entries
  drop constraint entries_add_up,
  add constraint entries_add_up check (tollgate.entry_adds_up(entries)) not valid;
