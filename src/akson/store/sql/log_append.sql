-- Gives events their places and keeps them: one statement, so all of it or nothing. The head's row makes one order of all
-- who append; it is held until the commit, so places have no gaps. $1 how many; $2..$8 events. Returns the first place.
with head as (
    update log.log_state set size = size + $1::int returning size - $1::int as first
), events as (
    insert into log.access_event (idx, event_id, tenant, at, patient, actor, canonical, salt)
    select head.first + e.n - 1, e.event_id, e.tenant, e.at, e.patient, e.actor, e.canonical, e.salt
    from head, unnest($2::bytea[], $3::int[], $4::timestamptz[], $5::text[], $6::text[], $7::bytea[], $8::bytea[])
        with ordinality e(event_id, tenant, at, patient, actor, canonical, salt, n)
)
select first from head
