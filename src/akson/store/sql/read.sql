-- One resource by id, and in the same breath whether it may be seen. The body leaves only when it may.
-- $1 tenant, $2 type, $3 id, $4 bucket by hash; {restriction} uses the arguments from $5 on.
select t.id, t.version, t.updated, t.method, t.patient_ids, t.body_codec, v.visible,
       case when v.visible then t.body end as body
from {table} t
cross join lateral (select coalesce({restriction}, false) as visible) v
where t.tenant = $1::int
  and t.bucket = coalesce((select m.target from record.idmap m
                           where m.tenant = $1::int and m.bucket = $4::smallint and m.type = $2::text and m.id = $3::text),
                          $4::smallint)
  and t.id = $3::text
