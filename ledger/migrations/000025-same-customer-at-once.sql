-- As before, in two steps. An insert that may meet another row by its account as well as by its customer is refused when two hands
-- write the same pair at once: PostgreSQL settles only the first of the two, and calls the second taken.
create or replace function tollgate.set_stripe_customer(p_account bigint, p_customer text, p_simulated boolean)
returns text language plpgsql as $$
begin
  insert into tollgate.stripe_customers (account) values (p_account) on conflict do nothing;
  update tollgate.stripe_customers set customer = p_customer, simulated = p_simulated
   where account = p_account and customer is null;
  return (select customer from tollgate.stripe_customers where account = p_account);
end $$;
