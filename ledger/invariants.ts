/**
 * What must always hold in the books, each with the query for the rows that break it.
 */
export interface Invariant {
  readonly invariant: string;
  /** SQL that returns one row per offender. */
  readonly offenders: string;
}

/** What each grant gave to entries, one row per grant and entry. */
const MOVES_OF_GRANTS = `
  select account, grant_id, amount from tollgate.entries where parts is null and grant_id is not null
  union all
  select e.account, e.parts[2 * n - 1], -e.parts[2 * n]
    from tollgate.entries e, generate_series(1, cardinality(e.parts) / 2) n where e.parts is not null`;

/** What each open reservation has set aside of each grant. */
const PARTS_OF_RESERVATIONS = `
  select account, grant_id, amount from tollgate.reservations where parts is null and amount > 0
  union all
  select r.account, r.parts[2 * n - 1], r.parts[2 * n]
    from tollgate.reservations r, generate_series(1, cardinality(r.parts) / 2) n where r.parts is not null`;

export const INVARIANTS: readonly Invariant[] = [
  {
    invariant: 'The balance of every account is the sum of its entries.',
    offenders: `select a.name, a.balance, coalesce(e.total, 0) as entries from tollgate.accounts a
      left join (select account, sum(amount) as total from tollgate.entries group by account) e on e.account = a.id
      where a.balance <> coalesce(e.total, 0)`,
  },
  {
    invariant: 'The balance of every account is what remains of its grants.',
    offenders: `select a.name, a.balance, coalesce(g.total, 0) as grants from tollgate.accounts a
      left join (select account, sum(remaining) as total from tollgate.grants_now group by account) g on g.account = a.id
      where a.balance <> coalesce(g.total, 0)`,
  },
  {
    invariant: 'What is reserved on every account is the sum of its open reservations.',
    offenders: `select a.name, a.reserved, coalesce(r.total, 0) as reservations from tollgate.accounts a
      left join (select account, sum(amount) as total from tollgate.reservations group by account) r on r.account = a.id
      where a.reserved <> coalesce(r.total, 0)`,
  },
  {
    invariant: 'What is reserved of every grant is what open reservations took from it.',
    offenders: `select g.account, g.key, g.reserved, coalesce(p.total, 0) as parts from tollgate.grants_now g
      full join (select grant_id, sum(amount) as total from (${PARTS_OF_RESERVATIONS}) r group by grant_id) p on p.grant_id = g.id
      where g.reserved is distinct from coalesce(p.total, 0)`,
  },
  {
    invariant: 'Every grant adds up: what it gave and what remains of it is what was granted.',
    offenders: `select g.account, g.key, g.amount, g.remaining, m.total as moves from tollgate.grants_now g
      full join (select grant_id, sum(amount) as total from (${MOVES_OF_GRANTS}) m group by grant_id) m on m.grant_id = g.id
      where g.remaining is distinct from m.total`,
  },
  {
    invariant:
      'Nothing is below zero: 0 <= reserved <= remaining of every grant, 0 <= reserved <= balance of every account.',
    offenders: `select name, balance, reserved from tollgate.accounts where not reserved between 0 and balance
      union all select key, remaining, reserved from tollgate.grants_now where not reserved between 0 and remaining`,
  },
  {
    invariant: 'The entries of every account are numbered 1, 2, 3 … without gaps.',
    offenders: `select a.name, a.seq, e.first, e.last, coalesce(e.count, 0) as count from tollgate.accounts a
      left join (select account, min(seq) as first, max(seq) as last, count(*) as count from tollgate.entries group by account) e
        on e.account = a.id
      where a.seq <> coalesce(e.count, 0) or (a.seq > 0 and (e.first <> 1 or e.last <> a.seq))`,
  },
  {
    invariant: 'Every entry carries the balance that stood after it.',
    offenders: `select account, seq, balance from (
        select account, seq, balance, amount, lag(balance, 1, 0::bigint) over (partition by account order by seq) as before
          from tollgate.entries) e
      where balance <> before + amount`,
  },
  {
    invariant: 'A charge key is settled at most once, and never both open and settled.',
    offenders: `select run, call, count(*) from tollgate.entries where kind = 'settled' group by run, call having count(*) > 1
      union all select r.run, r.call, 1 from tollgate.reservations r
        join tollgate.entries e on e.run = r.run and e.call = r.call and e.kind = 'settled'`,
  },
  {
    invariant: 'Every closed reservation adds up: reserved + drawn = charged + returned.',
    offenders: `select account, seq, reserved, drawn, amount, returned from tollgate.entries
      where kind in ('settled', 'released', 'lapsed') and reserved + coalesce(drawn, 0) <> returned - amount`,
  },
  {
    invariant:
      'The grant now burning is the account’s own, open, and the first in burn order that has credits left.',
    offenders: `select a.name, a.head, f.id as first from tollgate.accounts a
      left join lateral (select id from tollgate.grants_now g
         where g.account = a.id and g.open and (g.remaining > g.reserved or g.id = a.head)
         order by g.priority, g.expires_at, g.id limit 1) f on true
      where a.head is not null and a.head_remaining > 0 and a.head is distinct from f.id`,
  },
  {
    invariant:
      'An account is marked as in line while a call of it waits, and has no burning grant then.',
    offenders: `select a.name, a.in_line, a.head from tollgate.accounts a
      where a.in_line <> exists (select from tollgate.waiting w where w.account = a.id and w.state = 'waiting')
         or a.in_line and a.head is not null`,
  },
  {
    invariant:
      'What is reserved under every budget but those of runs is what open reservations count against it.',
    offenders: `select b.id, b.kind, b.subject, b.reserved, coalesce(r.total, 0) as reservations from tollgate.budgets b
      left join (select budget, sum(amount) as total from tollgate.reservations, unnest(budgets) as budget group by budget) r
        on r.budget = b.id
      where b.reserved <> coalesce(r.total, 0) and not tollgate.is_of_run(b.id)`,
  },
  {
    // It may count more: a settle leaves it alone, and it is counted anew where room lacks (docs/adr/0022).
    invariant: 'The budget of a run counts all that its runs were charged and have reserved.',
    offenders: `select b.id, b.subject, b.spent, b.reserved, c.charged, c.held from tollgate.budgets b
      join (select r.account, capped, sum(coalesce(e.total, 0)) as charged, sum(coalesce(o.total, 0)) as held
              from tollgate.runs r cross join unnest(r.capped_by) as capped
              left join (select run, -sum(amount) as total from tollgate.entries where run is not null group by run) e on e.run = r.id
              left join (select run, sum(amount) as total from tollgate.reservations group by run) o on o.run = r.id
             group by r.account, capped) c on c.account = b.account and c.capped::text = b.subject
      where b.kind = 'run' and b.spent + b.reserved < c.charged + c.held`,
  },
  {
    invariant:
      'What was taken back of every grant is what its entries say, and no less than its causes took.',
    offenders: `select g.key, g.taken_back, coalesce(e.total, 0) as entries, coalesce(r.total, 0) as causes from tollgate.grants g
      left join (select grant_id, -sum(amount) as total from tollgate.entries where kind in ('expired', 'revoked', 'restored') group by grant_id) e
        on e.grant_id = g.id
      left join (select grant_id, sum(taken) as total from tollgate.revocations group by grant_id) r on r.grant_id = g.id
      where g.taken_back <> coalesce(e.total, 0) or coalesce(r.total, 0) > g.taken_back`,
  },
  {
    invariant: 'An account is frozen while one of its freezes is not lifted.',
    offenders: `select a.name, a.frozen from tollgate.accounts a
      where a.frozen <> exists (select from tollgate.freezes f where f.account = a.id and f.lifted_at is null)`,
  },
  {
    invariant:
      'Every guarantee adds up: what it spent, returned, lent to open calls and still holds is its whole.',
    offenders: `select g.run, g.amount, g.spent, g.returned, r.amount as holds, c.lent from tollgate.guarantees g
      left join tollgate.reservations r on r.run = g.run and r.call = 0
      left join (select u.guarantee, sum(o.guaranteed) as lent from tollgate.reservations o
                   join tollgate.runs u on u.id = o.run where o.guaranteed is not null group by u.guarantee) c on c.guarantee = g.run
      where g.amount <> g.spent + g.returned + coalesce(r.amount, 0) + coalesce(c.lent, 0)
         or (g.ended_at is null) <> (r.run is not null)`,
  },
  {
    invariant: 'What every guarantee spent is what entries say that it paid.',
    offenders: `select g.run, g.spent, coalesce(e.paid, 0) as entries from tollgate.guarantees g
      left join (select u.guarantee, sum(e.guaranteed) as paid from tollgate.entries e
                   join tollgate.runs u on u.id = e.run where e.guaranteed is not null group by u.guarantee) e on e.guarantee = g.run
      where g.spent <> coalesce(e.paid, 0)
      union all select run, amount, guaranteed from tollgate.reservations where not guaranteed between 0 and amount`,
  },
  {
    invariant: 'No expiry is overlooked: every account is due no later than its next one.',
    offenders: `select a.name, a.due_at, g.next from tollgate.accounts a
      join (select account, min(expires_at) as next from tollgate.grants_now where open group by account) g on g.account = a.id
      where a.due_at > g.next - tollgate.ahead_of(a.id)`,
  },
];
