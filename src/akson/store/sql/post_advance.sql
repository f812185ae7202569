-- Moves items on, ends their leases, and writes each change into the book.
-- $1 ids, $2 states, $3 notes, $4 now; one further array for each field that is set.
with moved as (
    update post.post_inbox i
    set state = v.state, leased_until = null{sets}
    from unnest($1::bigint[], $2::text[], $3::text[]{arrays}) with ordinality v(id, state, note{columns}, place)
    where i.id = v.id
    returning i.id, v.state, v.note, v.place
)
insert into post.post_event (inbox, at, state, note)
select id, $4::timestamptz, state, note from moved order by place
returning inbox
