-- Moves the current versions of one type to history, if they are the versions expected; returns what it moved.
-- $1 tenant, $2 type, $3 ids, $4 buckets by hash, $5 expected versions. Rows are locked in one order by everybody.
with locked as materialized (
    select t.tenant, t.bucket, t.id
    from unnest($3::text[], $4::smallint[], $5::int[]) k(id, bucket, version)
    left join record.idmap m on m.tenant = $1::int and m.bucket = k.bucket and m.type = $2::text and m.id = k.id
    join {table} t on t.tenant = $1::int and t.bucket = coalesce(m.target, k.bucket) and t.id = k.id
                  and t.version = k.version
    order by t.bucket, t.id
    for update of t
), gone as (
    delete from {table} t using locked l
    where t.tenant = l.tenant and t.bucket = l.bucket and t.id = l.id
    returning t.*
), kept as (
    insert into {history} (tenant, version, updated, bucket, method, body_codec, id, patient_ids, body, labels, released)
    select g.tenant, g.version, g.updated, g.bucket, g.method, g.body_codec, g.id, g.patient_ids, g.body, g.labels, g.released
    from gone g
), unrelated as (
    -- What the old version said of care relations; the new one brings its own.
    delete from record.care_relation r using gone g
    where r.tenant = $1::int and r.source_type = $2::text and r.source_id = g.id
)
select g.id, g.bucket, g.patient, g.patient_ids, g.labels, g.released from gone g
