-- Several resources of one type by id, each under the restriction of whoever asked. A body leaves only when it may.
-- $1 tenant, $2 type, $3 places, $4 ids, $5 buckets by hash, then a column for each value of the restriction.
select k.n, t.id, t.version, t.updated, t.method, t.patient_ids, t.body_codec, t.labels, t.released, v.visible,
       case when v.visible then t.body end as body
from unnest($3::int[], $4::text[], $5::smallint[]{arrays}) k(n, id, bucket{names})
left join record.idmap m on m.tenant = $1::int and m.bucket = k.bucket and m.type = $2::text and m.id = k.id
join {table} t on t.tenant = $1::int and t.bucket = coalesce(m.target, k.bucket) and t.id = k.id
cross join lateral (select coalesce({restriction}, false) as visible) v
