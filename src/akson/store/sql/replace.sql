-- One resource gets its next version: parts of the statement that finish_commit.sql ends. The row is locked, so that of two
-- who replace the same version one finds none. $17 type, $18 id, $19 bucket by hash, $20 expected version.
locked as materialized (
    select t.bucket, t.version, t.updated, t.method, t.body_codec, t.patient_ids, t.body, t.labels, t.released
    from {table} t
    where t.tenant = $1::int and t.id = $18::text and t.version = $20::int
      and t.bucket = coalesce((select m.target from record.idmap m where m.tenant = $1::int and m.bucket = $19::smallint
                               and m.type = $17::text and m.id = $18::text), $19::smallint)
    for update of t
), kept as (
    insert into {history} (tenant, version, updated, bucket, method, body_codec, id, patient_ids, body, labels, released)
    select $1::int, l.version, l.updated, l.bucket, l.method, l.body_codec, $18::text, l.patient_ids, l.body, l.labels, l.released
    from locked l
), replaced as (
    update {table} t set {assignments}
    from locked l where t.tenant = $1::int and t.bucket = l.bucket and t.id = $18::text
), unrelated as (
    -- What the old version said of care relations; the new one brings its own, once these are gone.
    delete from record.care_relation r using locked
    where r.tenant = $1::int and r.source_type = $17::text and r.source_id = $18::text
    returning 1
),
