-- What a budget is for never changes, so nothing about it is looked at when only its counters do. A trigger for each updated
-- row made PostgreSQL lock the row, and write the lock to its log, before it could find that the trigger had nothing to do:
-- twice for each call under budgets. A trigger for the statement costs nothing.

drop trigger budgets_fit on tollgate.budgets;
create trigger budgets_fit before insert on tollgate.budgets
  for each row when ((new.subject = '') <> (new.kind = 'account') or (new.period = 'run') <> (new.kind = 'run'))
  execute function tollgate.refuse_budget();

create function tollgate.keep_budget() returns trigger language plpgsql as $$
begin
  raise exception 'what a budget is for does not change: remove it and set another' using errcode = 'check_violation';
end $$;
create trigger budgets_kept before update of kind, subject, period on tollgate.budgets
  for each statement execute function tollgate.keep_budget();
