-- One version of one resource, current or superseded. Today's restriction applies to the patients of that version.
-- $1 tenant, $2 type, $3 id, $4 bucket by hash, $5 version; {restriction} uses the arguments from $6 on.
with place as materialized (
    select coalesce((select m.target from record.idmap m
                     where m.tenant = $1::int and m.bucket = $4::smallint and m.type = $2::text and m.id = $3::text),
                    $4::smallint) as bucket
)
select t.id, t.version, t.updated, t.method, t.patient_ids, t.body_codec, t.labels, t.released, v.visible,
       case when v.visible then t.body end as body
from (
    select c.id, c.version, c.updated, c.method, c.patient_ids, c.body_codec, c.body, c.labels, c.released
    from {table} c, place where c.tenant = $1::int and c.bucket = place.bucket and c.id = $3::text and c.version = $5::int
    union all
    select h.id, h.version, h.updated, h.method, h.patient_ids, h.body_codec, h.body, h.labels, h.released
    from {history} h, place where h.tenant = $1::int and h.bucket = place.bucket and h.id = $3::text and h.version = $5::int
) t
cross join lateral (select coalesce({restriction}, false) as visible) v
