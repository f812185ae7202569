-- What is under a lease, all of it, and the first of what is due. $1 now, $2 how many of those.
(
    select id, lines, leased_until >= $1::timestamptz is true as held, attempts
    from post.post_inbox
    where state in ('received', 'retry')
      and (retry_at is null or retry_at <= $1::timestamptz)
    order by id
    limit $2::int
)
union
select id, lines, true, attempts
from post.post_inbox
where state in ('received', 'retry') and leased_until is not null and leased_until >= $1::timestamptz
