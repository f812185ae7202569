-- How long these answers took since the newest request of their conversation that went the other way. $1 ways, $2 numbers.
update adoption.message a
set answer_min = greatest(0, ceil(extract(epoch from a.at - q.at) / 60))::int
from (
    select a.way, a.id, max(q.at) as at
    from unnest($1::smallint[], $2::bigint[]) t(way, id)
    join adoption.message a using (way, id)
    join adoption.message q on q.conversation = a.conversation and q.type = 'DIALOG_FORESPORSEL' and q.way <> a.way
        and q.at <= a.at and q.standing = 'first'
    where a.type = 'DIALOG_SVAR' and a.conversation <> '' and a.standing = 'first'
    group by 1, 2
) q
where a.way = q.way and a.id = q.id
