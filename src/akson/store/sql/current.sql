-- How the resources of one type stand now. $1 tenant, $2 type, $3 ids, $4 buckets by hash.
select t.id, t.version, t.updated, t.patient_ids, t.body_codec, t.body, t.labels, t.released
from unnest($3::text[], $4::smallint[]) k(id, bucket)
left join record.idmap m on m.tenant = $1::int and m.bucket = k.bucket and m.type = $2::text and m.id = k.id
join {table} t on t.tenant = $1::int and t.bucket = coalesce(m.target, k.bucket) and t.id = k.id
