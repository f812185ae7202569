-- Rows whose index is older than $1, after the key ($2 tenant, $3 bucket, $4 id), $5 at most, with the kinds of the care
-- relations that each has given; of what somebody wrote to herself (own-pen) also to whom. $6 type.
select t.tenant, t.bucket, t.id, t.version, t.updated, t.method, t.body_codec, t.body,
       array(select distinct case r.kind when 'own-pen' then 'own-pen ' || r.grantee else r.kind end
             from record.care_relation r
             where r.tenant = t.tenant and r.source_type = $6::text and r.source_id = t.id) as kinds
from {table} t
where (t.tenant, t.bucket, t.id) > ($2::int, $3::smallint, $4::text) and t.index_version < $1::smallint and t.body is not null
order by t.tenant, t.bucket, t.id
limit $5::int
