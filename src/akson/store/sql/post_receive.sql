-- Keeps an original; the same bytes under the same name again are the same item.
-- $1 transport, $2 name, $3 at, $4 digest, $5 original. `new`: whether it came for the first time.
with new as (
    insert into post.post_inbox (transport, name, received_at, digest, original)
    values ($1::text, $2::text, $3::timestamptz, $4::bytea, $5::bytea)
    on conflict (digest, transport, name) do nothing
    returning id
), told as (
    insert into post.post_event (inbox, at, state) select id, $3::timestamptz, 'received' from new
)
select id, true as new from new
union all
select id, false as new from post.post_inbox where digest = $4::bytea and transport = $1::text and name = $2::text
limit 1
