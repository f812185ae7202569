-- What went out of these messages, counted from the book alone, as ledger_out counts all; and those that nobody owns, by the
-- rule of ledger_differences. $1 MsgIds, $2 now, $3 how long something may take before it is late, $4 tenant, null for any.
with story as (
    select e.outbox,
           bool_or(e.state = 'queued') as queued,
           (array_agg(e.state order by e.seq desc))[1] as last,
           max(e.at) as changed_at
    from post.post_outbox o join post.post_event e on e.outbox = o.id
    where o.msg_id = any($1::text[]) and not o.copy and ($4::int is null or o.tenant = $4)
    group by e.outbox
)
select count(*) as total,
       count(*) filter (where s.last = 'done') as done,
       count(*) filter (where s.last = 'negative') as negative,
       count(*) filter (where s.last = 'failed') as failed,
       count(*) filter (where s.last = 'overdue') as overdue,
       count(*) filter (where s.last in ('queued', 'sent', 'transport_ok')) as in_flight,
       count(*) filter (where s.last in ('negative', 'failed', 'overdue') and not o.closed and o.owner <> 'given'
                              and s.changed_at < $2::timestamptz - $3::interval) as nobodys
from story s join post.post_outbox o on o.id = s.outbox
where s.queued
