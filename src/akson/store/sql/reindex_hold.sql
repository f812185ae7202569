-- Of the rows that were read, those that nobody has written meanwhile; nobody does until the transaction ends.
-- $1 tenants, $2 buckets, $3 ids, $4 versions.
select t.tenant, t.id
from unnest($1::int[], $2::smallint[], $3::text[], $4::int[]) k(tenant, bucket, id, version)
join {table} t on t.tenant = k.tenant and t.bucket = k.bucket and t.id = k.id and t.version = k.version
order by t.bucket, t.id
for update of t
