-- Everyone who hangs together with these patients by links in either direction, themselves among them.
-- $1 tenant, $2 patients.
with recursive reached(id) as (
    select a.id collate "C" from unnest($2::text[]) a(id)
    union
    select case when l.patient_id = r.id then l.other_id else l.patient_id end
    from reached r join record.patient_link l on l.tenant = $1::int and (l.patient_id = r.id or l.other_id = r.id)
)
select id from reached
