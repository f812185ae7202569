-- What stands beside the versions of one commit: relations, log events to be sequenced, the change for followers.
-- $1 tenant, $2 at; $3..$11 relations; $12, $13 pending events; $14..$16 types, ids, versions.
-- one_statement.py puts in what else the statement does, and the conditions under which all of it is done.
with {beside}related as (
    insert into record.care_relation
        (tenant, bucket, patient, patient_id, grantee, kind, valid_from, valid_to, source_type, source_id)
    select $1::int, r.*
    from unnest($3::smallint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[],
                $10::text[], $11::text[]) r{related}
), logged as (
    insert into record.pending_event (id, canonical)
    select e.id, e.canonical from unnest($12::bytea[], $13::bytea[]) e(id, canonical){gate}
)
insert into record.change_event (tenant, at, types, ids, versions)
select $1::int, $2::timestamptz, $14::text[], $15::text[], $16::int[]{gate}
returning types, ids, versions
