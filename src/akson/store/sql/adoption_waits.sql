-- How long receipts and answers took from month $1 to month $2, by county, kind of counterpart and type; shortest first.
with pair as (
    select sender, receiver, type, what, step, sum(messages::int) as messages
    from adoption.wait where month between $1::date and $2::date group by 1, 2, 3, 4, 5
)
select p.county, case when s.kind = 'municipality' then r.kind else s.kind end as counterpart, w.type, w.what, w.step,
       sum(w.messages)::bigint as messages
from pair w
join adoption.party s on s.her = w.sender
join adoption.party r on r.her = w.receiver
join adoption.party p on p.her = case when s.kind = 'municipality' then s.belongs else r.belongs end
    and p.kind = 'municipality' and p.belongs = p.her
where s.kind = 'municipality' or r.kind = 'municipality'
group by 1, 2, 3, 4, 5 order by 5
