-- The tree over further events, if it still has the size that was counted on, and if the leaves are those that the stored
-- rows make: they are counted a second time here, by the database's own SHA-256, from the rows and heads as they stand.
-- Tiles, edge and heads together. $1 expected size, $2 epoch, $3 new size, $4 edge; $5..$7 tiles; $8 leaves, end to end.
-- Returns 'grown', 'beaten' (another was first) or 'disagrees' (nothing is written then).
with rows as (
    select e.idx, e.tenant, e.patient, e.salt, e.canonical,
        substring($8::bytea from (32 * (e.idx - $1::bigint) + 1)::int for 32) as leaf
    from log.access_event e
    where e.idx >= $1::bigint and e.idx < $3::bigint
), chained as materialized (
    select r.*,
        case when r.patient = '' then 0 else coalesce(h.seq, 0) + row_number() over patients end as seq,
        case when r.patient = '' then decode(repeat('00', 32), 'hex')
             else coalesce(lag(r.leaf) over patients, h.head, decode(repeat('00', 32), 'hex')) end as before
    from rows r left join log.patient_head h on h.tenant = r.tenant and h.patient = r.patient
    window patients as (partition by r.tenant, r.patient order by r.idx)
), agreed as (
    select count(*) = $3::bigint - $1::bigint as whole from chained
    where leaf = sha256('\x00'::bytea || sha256(salt || int8send(seq) || before || canonical))
), tree as (
    update log.log_tree t set size = $3::bigint, edge = $4::bytea from agreed
    where agreed.whole and t.size = $1::bigint and t.epoch = $2::int returning 1
), heads as (
    insert into log.patient_head (tenant, patient, seq, head)
    select distinct on (c.tenant, c.patient) c.tenant, c.patient, c.seq, c.leaf from chained c, tree
    where c.patient <> '' order by c.tenant, c.patient, c.idx desc
    on conflict (tenant, patient) do update set seq = excluded.seq, head = excluded.head
), tiles as (
    insert into log.log_tile (level, n, data)
    select t.* from tree, unnest($5::smallint[], $6::bigint[], $7::bytea[]) t
)
select case
    when exists (select from tree) then 'grown'
    when (select size <> $1::bigint or epoch <> $2::int from log.log_tree) then 'beaten'
    when (select whole from agreed) then 'beaten'
    else 'disagrees'
end
