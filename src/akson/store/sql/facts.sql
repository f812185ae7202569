-- What is known of these patients, for the last guard: written apart from the search's SQL, and sharing nothing with it.
-- $1 tenant, $2 patients, $3 grantees, $4 representatives, $5 at. A row is told of each patient that is the same person.
with person as (
    select a.id as asked, a.id as id from unnest($2::text[]) a(id)
    union all
    select s.patient_id, s.other_id from record.same_person s where s.tenant = $1::int and s.patient_id = any($2::text[])
)
select 'same' as fact, p.asked, p.id, null as kind, null as party, null::timestamptz as valid_from, null::timestamptz as valid_to,
       null::text[] as persons, null::text[] as roles, null::text[] as enterprises, null::text[] as categories,
       null::boolean[] as turned, null::date as birth_date, null::boolean as told, null as source
from person p where p.asked <> p.id
union all
select 'relation', p.asked, p.id, r.kind, r.grantee, r.valid_from, r.valid_to, null, null, null, null, null, null, null,
       r.source_type || '/' || r.source_id
from person p
join record.care_relation r on r.tenant = $1::int and r.patient_id = p.id and r.grantee = any($3::text[])
     and r.valid_from <= $5::timestamptz and (r.valid_to is null or r.valid_to > $5::timestamptz)
union all
select 'barrier', p.asked, p.id, b.kind, null, b.valid_from, b.valid_to, b.persons, b.roles, b.enterprises, b.categories,
       array[b.persons_except, b.roles_except, b.enterprises_except, b.categories_except], null, null,
       b.source_type || '/' || b.source_id
from person p
join record.barrier b on b.tenant = $1::int and b.patient_id = p.id
     and (b.valid_from is null or b.valid_from <= $5::timestamptz) and (b.valid_to is null or b.valid_to > $5::timestamptz)
union all
select 'representation', p.asked, p.id, q.basis, q.representative, q.valid_from, q.valid_to, null, null, null, q.categories, null,
       null,
       exists (select from record.address child
               where child.tenant = $1::int and child.owner = 'Patient/' || q.patient_id
                 and child.key in (select home.key from record.address home
                                   where home.tenant = $1::int
                                     and home.owner in (select parent.representative from record.representation parent
                                                        where parent.tenant = $1::int and parent.patient_id = q.patient_id
                                                          and parent.basis = 'parental'
                                                          and coalesce(parent.valid_from, '-infinity') <= $5::timestamptz
                                                          and coalesce(parent.valid_to, 'infinity') > $5::timestamptz))),
       q.source_type || '/' || q.source_id
from person p
join record.representation q on q.tenant = $1::int and q.patient_id = p.id and q.representative = any($4::text[])
     and (q.valid_from is null or q.valid_from <= $5::timestamptz) and (q.valid_to is null or q.valid_to > $5::timestamptz)
union all
select 'trait', p.asked, p.id, null, null, null, null, null, null, null, null, null, t.birth_date, t.protected, null
from person p join record.trait t on t.tenant = $1::int and t.patient_id = p.id
