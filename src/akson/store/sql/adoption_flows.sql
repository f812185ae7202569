-- Each municipality, kind of counterpart and type until and with month $1: one row, from the sums of months alone.
-- $2 county, $3 type, $4 kind of counterpart, each null for any; $5 first month of the newest three, $6 first month of the period.
with flow as (
    select case when s.kind = 'municipality' then s.belongs else r.belongs end as municipality,
           case when s.kind = 'municipality' then r.kind else s.kind end as counterpart,
           m.type, m.month, m.state, m.messages, m.copies, m.repeats, m.asked, m.said
    from adoption.month m
    join adoption.party s on s.her = m.sender
    join adoption.party r on r.her = m.receiver
    where m.month <= $1::date and (s.kind = 'municipality' or r.kind = 'municipality')
      and ($3::text is null or m.type = $3)
)
select f.municipality, f.counterpart, f.type,
       coalesce(sum(messages), 0)::bigint as ever,
       coalesce(sum(messages) filter (where month >= $6), 0)::bigint as messages,
       coalesce(sum(copies) filter (where month >= $6), 0)::bigint as copies,
       coalesce(sum(repeats) filter (where month >= $6), 0)::bigint as repeats,
       coalesce(sum(messages) filter (where month >= $5), 0)::bigint as recent,
       count(distinct month) filter (where month >= $5 and messages > 0)::int as recent_months,
       coalesce(sum(messages) filter (where month >= $5 and state = 'confirmed'), 0)::bigint as confirmed,
       coalesce(sum(asked) filter (where month >= $5), 0)::bigint as asked,
       coalesce(sum(said) filter (where month >= $5), 0)::bigint as said,
       min(month) filter (where messages > 0) as first_month,
       max(month) filter (where messages > 0) as last_month
from flow f join adoption.party p on p.her = f.municipality
where ($2::text is null or p.county = $2) and ($4::text is null or f.counterpart = $4)
group by 1, 2, 3
