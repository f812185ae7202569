-- Each municipality, kind of counterpart, type and year until and with month $1: one row, from the sums of months alone.
-- $2 first month of the newest three, which tell how it stands.
with flow as (
    select case when s.kind = 'municipality' then s.belongs else r.belongs end as municipality,
           case when s.kind = 'municipality' then r.kind else s.kind end as counterpart,
           m.type, m.month, m.state, m.messages, m.copies, m.repeats, m.asked, m.said
    from adoption.month m
    join adoption.party s on s.her = m.sender
    join adoption.party r on r.her = m.receiver
    where m.month <= $1::date and (s.kind = 'municipality' or r.kind = 'municipality')
)
select f.municipality, f.counterpart, f.type, extract(year from f.month)::int as year,
       sum(messages)::bigint as messages, sum(copies)::bigint as copies, sum(repeats)::bigint as repeats,
       coalesce(sum(messages) filter (where month >= $2), 0)::bigint as recent,
       count(distinct month) filter (where month >= $2 and messages > 0)::int as recent_months,
       coalesce(sum(messages) filter (where month >= $2 and state = 'confirmed'), 0)::bigint as confirmed,
       coalesce(sum(asked) filter (where month >= $2), 0)::bigint as asked,
       coalesce(sum(said) filter (where month >= $2), 0)::bigint as said,
       max(month) filter (where messages > 0) as last_month
from flow f join adoption.party p on p.her = f.municipality and p.kind = 'municipality' and p.belongs = p.her
group by 1, 2, 3, 4
