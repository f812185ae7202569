-- The tree over further events, if it still has the size that was counted on: tiles, edge and signed note together.
-- $1 expected size, $2 new size, $3 edge; $4..$6 tiles; $7 note, $8 at. Returns whether it was written.
with tree as (
    update log.log_tree set size = $2::bigint, edge = $3::bytea where size = $1::bigint returning 1
), tiles as (
    insert into log.log_tile (level, n, data)
    select t.* from tree, unnest($4::smallint[], $5::bigint[], $6::bytea[]) t
), note as (
    insert into log.log_checkpoint (size, note, at) select $2::bigint, $7::bytea, $8::timestamptz from tree
    on conflict (size) do nothing
)
select exists (select from tree)
