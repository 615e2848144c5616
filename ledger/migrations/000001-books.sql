-- The books: accounts, grants, prices, runs, reservations, entries.
--
-- Amounts are whole micro-credits (1 credit = 1,000,000). Every writer locks the account row first,
-- so all other rows of an account stand still while it decides. Nothing on the hot path scans:
-- it reads the account row, one reservation and one entry by key.
--! breaking

create schema if not exists tollgate;

-- ------------------------------------------------------------------------------------- accounts
-- balance = available + reserved, and never below what is reserved. The grant now burning is `head`;
-- while it burns, its numbers live here and those in its own row are out of date (see grants_now), so
-- that a reserve and a settle touch this row alone. No secondary index on what they change: updates stay HOT.
create table tollgate.accounts (
  id             bigint generated always as identity primary key,
  name           text not null unique check (name ~ '^[^\s]{1,200}$'),
  balance        bigint not null default 0,
  reserved       bigint not null default 0,
  seq            bigint not null default 0,
  head           bigint,
  head_remaining bigint not null default 0,
  head_reserved  bigint not null default 0,
  -- The next moment at which time alone changes this account: a grant's expiry or the drip's midnight.
  due_at         timestamptz not null default 'infinity',
  -- The free tier's daily grant and the balance it never lifts above; 0 is off.
  drip_amount    bigint not null default 0 check (drip_amount >= 0),
  drip_cap       bigint not null default 0 check (drip_cap >= 0),
  dripped_on     date not null,
  frozen         boolean not null default false,
  opened_at      timestamptz not null,
  check (reserved between 0 and balance),
  check (head_reserved between 0 and head_remaining),
  check (head is not null or head_remaining = 0)
) with (fillfactor = 40, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
comment on table tollgate.accounts is
  'Sum of its entries = balance = sum of its grants'' remaining; reserved = sum of its open reservations.';

-- --------------------------------------------------------------------------------------- grants
-- Burn order: lower priority number, then soonest expiry, then oldest. `ended` says why it no longer
-- gives; what was reserved from it at that moment stays until its reservations close.
create table tollgate.grants (
  id         bigint generated always as identity primary key,
  account    bigint not null references tollgate.accounts (id),
  key        text not null check (key <> ''),
  source     text not null check (source <> ''),
  priority   smallint not null default 0,
  amount     bigint not null check (amount > 0),
  remaining  bigint not null,
  reserved   bigint not null default 0,
  granted_at timestamptz not null,
  expires_at timestamptz,
  ended      text check (ended in ('expired', 'revoked')),
  open       boolean not null default true,
  unique (account, key),
  check (reserved between 0 and remaining and remaining <= amount),
  check (not open or (ended is null and remaining > 0))
) with (fillfactor = 70);
create index grants_burn on tollgate.grants (account, priority, expires_at, id) where open;
comment on table tollgate.grants is
  'amount = remaining + what entries burned, expired or revoked of it. (account, key) is unique for ever.';

-- --------------------------------------------------------------------------------------- prices
-- Every price that was ever pinned, once. A reservation and an entry name it by id.
create table tollgate.prices (
  id      integer generated always as identity primary key,
  block   text not null,
  version text not null,
  rule    jsonb not null,
  digest  uuid not null unique
);

-- ----------------------------------------------------------------------------------------- runs
-- What a run is; written once, with its first reserve. What it cost is read from its entries.
create table tollgate.runs (
  id              uuid primary key,
  account         bigint not null,
  started_at      timestamptz not null,
  agent           text not null,
  workflow_id     text not null,
  workflow_run_id text not null,
  scope           text not null,
  parent          uuid,
  schedule        text,
  member          text
);
create index runs_account on tollgate.runs (account, id);
create index runs_workflow on tollgate.runs (workflow_id);
create index runs_workflow_run on tollgate.runs (workflow_run_id);
create index runs_parent on tollgate.runs (parent) where parent is not null;

-- --------------------------------------------------------------------------------- reservations
-- Only the open ones. (run, call) is the charge key; `claim` names the attempt that may release it.
-- Taken from one grant (`grant_id`) or from several (`parts`: grant, amount, grant, amount, …).
-- No foreign keys: the locked account row vouches for them, and each would cost a look-up per block.
create table tollgate.reservations (
  run         uuid not null,
  call        bigint not null,
  account     bigint not null,
  amount      bigint not null check (amount >= 0),
  claim       bigint not null,
  reserved_at timestamptz not null,
  deadline_at timestamptz not null,
  grant_id    bigint,
  price       integer not null,
  nth         integer not null,
  parts       bigint[],
  primary key (run, call)
) with (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0);
comment on table tollgate.reservations is 'A key is here or settled in entries, never both.';

-- -------------------------------------------------------------------------------------- entries
-- Append-only. One row per closed reservation and one per movement of a grant.
-- amount is what it did to the balance; balance is what stood after it.
create type tollgate.entry_kind as enum ('settled', 'released', 'lapsed', 'granted', 'expired', 'revoked');
create table tollgate.entries (
  run      uuid,
  account  bigint not null,
  seq      bigint not null,
  call     bigint,
  at       timestamptz not null,
  amount   bigint not null,
  balance  bigint not null check (balance >= 0),
  reserved bigint,
  returned bigint,
  grant_id bigint,
  kind     tollgate.entry_kind not null,
  price    integer,
  nth      integer,
  -- Present only where it applies: drawn beyond the reservation, absorbed beyond the balance,
  -- settled after the reservation had lapsed, burned from several grants, metered usage.
  drawn    bigint check (drawn > 0),
  absorbed bigint check (absorbed > 0),
  late     boolean check (late),
  parts    bigint[],
  usage    jsonb,
  primary key (account, seq),
  check (case when kind in ('settled', 'released', 'lapsed')
    then run is not null and call is not null and price is not null and amount <= 0
         and reserved + coalesce(drawn, 0) = returned - amount
    else run is null and grant_id is not null and amount <> 0 and (amount > 0) = (kind = 'granted') end)
);
-- The replay guard: a key settles once, while it may be released or lapse and be reserved again.
-- It also keeps the entries of a run together, by the time the run started.
create unique index entries_call on tollgate.entries
  (run, call, (case when kind = 'settled' then 0 else seq end)) where run is not null;
comment on table tollgate.entries is
  'seq is 1, 2, 3 … per account without gaps; reserved + drawn = charged + returned; never changed, never deleted.';

create function tollgate.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'tollgate.entries is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger entries_append_only before update or delete on tollgate.entries
  for each row execute function tollgate.refuse_change();
create trigger entries_no_truncate before truncate on tollgate.entries
  for each statement execute function tollgate.refuse_change();

-- The grants with the burning one's numbers as they are now.
create view tollgate.grants_now as
  select g.id, g.account, g.key, g.source, g.priority, g.amount, g.granted_at, g.expires_at, g.ended,
         case when a.head = g.id then a.head_remaining else g.remaining end as remaining,
         case when a.head = g.id then a.head_reserved else g.reserved end as reserved,
         g.open and (a.head is distinct from g.id or a.head_remaining > 0) as open
    from tollgate.grants g join tollgate.accounts a on a.id = g.account;
