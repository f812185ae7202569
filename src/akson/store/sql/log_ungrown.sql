-- Events from place $1, at most $2, with what stands at the head of each one's patient now: what the tree grows by.
select e.idx, e.tenant, e.patient, e.salt, e.canonical, coalesce(h.seq, 0) as seq, h.head
from log.access_event e
left join log.patient_head h on h.tenant = e.tenant and h.patient = e.patient
where e.idx >= $1::bigint and e.idx < $1::bigint + $2::bigint
order by e.idx
