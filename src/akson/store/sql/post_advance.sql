-- Moves items on, ends their leases, and writes each change into the book.
-- $1 ids, $2 states, $3 notes, $4 fences (null: whoever has it), $5 now; one further array for each field that is set.
with moved as (
    update post.post_inbox i
    set state = v.state{sets}
    from unnest($1::bigint[], $2::text[], $3::text[], $4::int[]{arrays}) with ordinality v(id, state, note, fence{columns}, place)
    where i.id = v.id and (v.fence is null or i.attempts = v.fence)
    returning i.id, v.state, v.note, v.place
)
insert into post.post_event (inbox, at, state, note)
select id, $5::timestamptz, state, note from moved order by place
returning inbox
