-- Each municipality, kind of counterpart, type and year until and with month $1: one row, from the sums of months alone.
-- $2 first month of the newest three, which tell how it stands.
-- Summed by pair first, and who they are is asked of the few rows that are left; a number of one pair, month and state is
-- an int, since a sum of bigint is a numeric and slow. The months of a flow are the bits of `months`.
with pair as (
    select sender, receiver, type, extract(year from month)::int as year,
           sum(messages::int) as messages, sum(copies::int) as copies, sum(repeats::int) as repeats,
           sum(messages::int) filter (where month >= $2::date) as recent,
           bit_or(1 << (extract(month from month)::int)) filter (where month >= $2::date and messages > 0) as months,
           sum(messages::int) filter (where month >= $2::date and state = 'confirmed') as confirmed,
           sum(asked::int) filter (where month >= $2::date) as asked,
           sum(said::int) filter (where month >= $2::date) as said,
           max(month) filter (where messages > 0) as last_month
    from adoption.month
    where month <= $1::date
    group by 1, 2, 3, 4
)
select p.her as municipality, case when s.kind = 'municipality' then r.kind else s.kind end as counterpart, m.type, m.year,
       sum(messages)::bigint as messages, sum(copies)::bigint as copies, sum(repeats)::bigint as repeats,
       coalesce(sum(recent), 0)::bigint as recent, bit_count(coalesce(bit_or(months), 0)::bit(32))::int as recent_months,
       coalesce(sum(confirmed), 0)::bigint as confirmed, coalesce(sum(asked), 0)::bigint as asked,
       coalesce(sum(said), 0)::bigint as said, max(last_month) as last_month
from pair m
join adoption.party s on s.her = m.sender
join adoption.party r on r.her = m.receiver
join adoption.party p on p.her = case when s.kind = 'municipality' then s.belongs else r.belongs end
    and p.kind = 'municipality' and p.belongs = p.her
where s.kind = 'municipality' or r.kind = 'municipality'
group by 1, 2, 3, 4
