-- Takes items for a worker, and keeps what was seen of those that were looked at.
-- $1 until, $2 ids, $3 lines where they are new, $4 whether it is taken, $5 what it adds to the attempts.
update post.post_inbox i
set lines = coalesce(v.lines::bigint[], i.lines),
    leased_until = case when v.taken then $1::timestamptz else i.leased_until end,
    attempts = i.attempts + v.more
from unnest($2::bigint[], $3::text[], $4::bool[], $5::int[]) v(id, lines, taken, more)
where i.id = v.id
returning i.id, i.attempts, v.taken
