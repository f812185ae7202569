-- Takes what is to be handed over and nobody else has, in the order of its line. A message waits while an earlier one of
-- its conversation to the same receiver has not been handed over. $1 now, $2 until, $3 limit.
with free as (
    select o.id from post.post_outbox o
    where o.next_try <= $1::timestamptz
      and (o.leased_until is null or o.leased_until < $1::timestamptz)
      and not exists (
          select from post.post_outbox e
          where e.conversation = o.conversation and e.conversation <> '' and e.receiver = o.receiver
            and e.place < o.place and e.handed_at is null and not e.closed
            and e.state in ('queued', 'overdue', 'failed'))
    order by o.place
    limit $3::int
    for update skip locked
), taken as (
    update post.post_outbox o
    set leased_until = $2::timestamptz, fence = fence + 1
    from free where o.id = free.id
    returning o.*
)
select t.*, d.content from taken t join post.post_document d using (digest) order by t.place
