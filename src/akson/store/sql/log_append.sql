-- Appends to the log if it still has the size the sequencer counted on; one statement, so all of it or nothing.
-- $1 expected size, $2 new size, $3 new edge; $4..$11 events; $12..$14 tiles. Returns whether it was written.
with head as (
    update log.log_state set size = $2::bigint, edge = $3::bytea where size = $1::bigint returning 1
), events as (
    insert into log.access_event (idx, event_id, tenant, at, patient, actor, canonical, salt)
    select e.* from head, unnest($4::bigint[], $5::bytea[], $6::int[], $7::timestamptz[], $8::text[], $9::text[],
                                 $10::bytea[], $11::bytea[]) e
), tiles as (
    insert into log.log_tile (level, n, data)
    select t.* from head, unnest($12::smallint[], $13::bigint[], $14::bytea[]) t
    on conflict (level, n) do update set data = excluded.data
)
select exists (select from head)
