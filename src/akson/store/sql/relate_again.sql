-- What resources say of care relations in place of what they were taken to say before.
-- $1 type, $2 tenants and $3 ids of all of them; $4..$12 the relations, by columns.
with gone as (
    delete from record.care_relation r using unnest($2::int[], $3::text[]) k(tenant, id)
    where r.tenant = k.tenant and r.source_type = $1::text and r.source_id = k.id
    returning 1
)
insert into record.care_relation
    (tenant, source_id, bucket, patient, patient_id, grantee, kind, valid_from, valid_to, source_type)
select r.*, $1::text
from unnest($4::int[], $5::text[], $6::smallint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::timestamptz[],
            $12::timestamptz[]) r
where (select count(*) from gone) >= 0
