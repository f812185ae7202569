-- Whatever the book, the rows and the receipts do not agree on, with the numbers of the rows. Shares no code with the states:
-- each line is a rule of its own about what must be so. $1 now; $2 how long something may take before it is late; $3 tenant, null for any;
-- $4 whether what no tenant is known of is hers.
with story as (
    select outbox, inbox,
           (array_agg(state order by seq desc))[1] as last,
           bool_or(state = 'queued') as queued,
           bool_or(state in ('sent', 'transport_ok')) as handed,
           max(at) as changed_at
    from post.post_event group by outbox, inbox
), answer as (
    select outbox, round, max(status) filter (where verdict = 'first') as status,
           count(*) filter (where verdict = 'first') as counting
    from post.post_receipt where outbox is not null group by outbox, round
), sent as (
    select o.*, s.last, s.queued, s.handed, s.changed_at, a.status, a.counting
    from post.post_outbox o
    left join story s on s.outbox = o.id
    left join answer a on a.outbox = o.id and a.round = o.round
    where $3::int is null or o.tenant = $3
), came as (
    select i.*, s.last, s.changed_at from post.post_inbox i left join story s on s.inbox = i.id
    where $3::int is null or i.tenant = $3 or ($4 and i.tenant is null)
), found(kind, id) as (
    select 'out-not-in-the-book', id from sent where last is null
    union all select 'out-row-says-otherwise', id from sent where last <> state
    union all select 'out-ends-nowhere', id from sent
        where last not in ('draft', 'dropped', 'queued', 'sent', 'transport_ok', 'done', 'negative', 'failed', 'overdue')
    union all select 'out-handed-but-never-queued', id from sent where handed and not queued
    union all select 'out-done-without-receipt', id from sent
        where last = 'done' and type <> 'APPREC' and (status is null or status <> '1')
    union all select 'out-refused-without-receipt', id from sent
        where last = 'negative' and (status is null or status = '1')
    union all select 'out-answered-but-open', id from sent where status is not null and last not in ('done', 'negative')
    union all select 'out-two-answers-count', id from sent where counting > 1
    union all select 'out-nobody-owns-it', id from sent
        where last in ('negative', 'failed', 'overdue') and not closed and owner <> 'given'
          and changed_at < $1::timestamptz - $2::interval
    union all select 'out-nobody-tries', id from sent where last = 'queued' and next_try is null
    union all select 'out-late-and-unseen', id from sent
        where last in ('queued', 'sent', 'transport_ok') and (deadline is null or deadline < $1::timestamptz - $2::interval)
    union all select 'in-not-in-the-book', id from came where last is null
    union all select 'in-row-says-otherwise', id from came where last <> state
    union all select 'in-nobody-works-on-it', id from came
        where last in ('received', 'retry') and (retry_at is null or retry_at < $1::timestamptz - $2::interval)
          and changed_at < $1::timestamptz - $2::interval
)
select kind, array_agg(id order by id) as ids from found group by kind order by kind
