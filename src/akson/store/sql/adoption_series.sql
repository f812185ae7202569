-- Messages by month and county, copies and repeats left out. $1 last month, $2 county, $3 type, $4 kind of counterpart.
select m.month, p.county, sum(m.messages)::bigint as messages
from adoption.month m
join adoption.party s on s.her = m.sender
join adoption.party r on r.her = m.receiver
join adoption.party p on p.her = case when s.kind = 'municipality' then m.sender else m.receiver end
where m.month <= $1::date and (s.kind = 'municipality' or r.kind = 'municipality')
  and ($2::text is null or p.county = $2) and ($3::text is null or m.type = $3)
  and ($4::text is null or (case when s.kind = 'municipality' then r.kind else s.kind end) = $4)
group by 1, 2 order by 1, 2
