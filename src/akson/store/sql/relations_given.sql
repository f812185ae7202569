-- The care relations that resources give as they stand, whoever they are to. $1 tenant, $2 types, $3 ids.
select r.source_type, r.source_id, r.patient_id, r.grantee, r.kind, r.valid_from, r.valid_to
from unnest($2::text[], $3::text[]) k(type, id)
join record.care_relation r on r.tenant = $1::int and r.source_type = k.type and r.source_id = k.id
