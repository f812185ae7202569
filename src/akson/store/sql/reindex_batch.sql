-- Rows whose index is older than $1, after the key ($2 tenant, $3 bucket, $4 id), $5 at most.
select t.tenant, t.bucket, t.id, t.version, t.updated, t.body_codec, t.body
from {table} t
where (t.tenant, t.bucket, t.id) > ($2::int, $3::smallint, $4::text) and t.index_version < $1::smallint and t.body is not null
order by t.tenant, t.bucket, t.id
limit $5::int
