-- Takes work nobody else has: what waits, and what somebody took and never finished. $1 now, $2 until, $3 limit.
with free as (
    select id from post.post_inbox
    where state in ('received', 'retry')
      and (leased_until is null or leased_until < $1::timestamptz)
      and (retry_at is null or retry_at <= $1::timestamptz)
    order by id
    limit $3::int
    for update skip locked
)
update post.post_inbox i
set leased_until = $2::timestamptz, attempts = attempts + 1
from free
where i.id = free.id
returning i.*
