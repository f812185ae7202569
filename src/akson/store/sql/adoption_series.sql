-- Messages by month and municipality's county until and with month $1, copies and repeats left out: each counted for the
-- municipality that it is counted for in adoption_flows.
with pair as (
    select sender, receiver, month, sum(messages::int) as messages from adoption.month where month <= $1::date group by 1, 2, 3
)
select m.month, p.county, sum(m.messages)::bigint as messages
from pair m
join adoption.party s on s.her = m.sender
join adoption.party r on r.her = m.receiver
join adoption.party p on p.her = case when s.kind = 'municipality' then s.belongs else r.belongs end
    and p.kind = 'municipality' and p.belongs = p.her
where s.kind = 'municipality' or r.kind = 'municipality'
group by 1, 2 order by 1, 2
