-- What went out, by partner, type and day, counted from the book alone: what a state means is told by its last line.
-- $1 partner, $2 type, $3 day, $4 tenant, each null for any.
with story as (
    select outbox,
           min(at) filter (where state = 'queued') as queued_at,
           (array_agg(state order by seq desc))[1] as last
    from post.post_event where outbox is not null group by outbox
)
select o.receiver as partner, o.type, (s.queued_at at time zone 'Europe/Oslo')::date as day,
       count(*) as total,
       count(*) filter (where s.last = 'done') as done,
       count(*) filter (where s.last = 'negative') as negative,
       count(*) filter (where s.last = 'failed') as failed,
       count(*) filter (where s.last = 'overdue') as overdue,
       count(*) filter (where s.last in ('queued', 'sent', 'transport_ok')) as in_flight
from story s join post.post_outbox o on o.id = s.outbox
where s.queued_at is not null and ($4::int is null or o.tenant = $4)
  and ($1::text is null or o.receiver = $1) and ($2::text is null or o.type = $2)
  and ($3::date is null or (s.queued_at at time zone 'Europe/Oslo')::date = $3)
group by 1, 2, 3 order by 3 desc, 1, 2
