-- Every ordered pair of different patients among these that hang together. $1 tenant, $2 patients.
with recursive reached(start, id) as (
    select a.id collate "C", a.id collate "C" from unnest($2::text[]) a(id)
    union
    select r.start, case when l.patient_id = r.id then l.other_id else l.patient_id end
    from reached r join record.patient_link l on l.tenant = $1::int and (l.patient_id = r.id or l.other_id = r.id)
)
select start as patient_id, id as other_id from reached where start <> id
