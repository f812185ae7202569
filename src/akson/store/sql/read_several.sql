-- Several resources of one type by id, each under the restriction of whoever asked. A body leaves only when it may.
-- $1 tenant, $2 places, $3 ids, $4 buckets by hash, then a column for each value of the restriction. {placed} is how the
-- rows are found: by the bucket that the id says, or through the map of those that stand elsewhere.
select k.n, t.id, t.version, t.updated, t.method, t.patient_ids, t.body_codec, t.labels, t.released, v.visible,
       case when v.visible then t.body end as body
from unnest($2::int[], $3::text[], $4::smallint[]{arrays}) k(n, id, bucket{names})
{placed}
cross join lateral (select coalesce({restriction}, false) as visible) v
