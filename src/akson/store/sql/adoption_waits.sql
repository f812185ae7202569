-- How long receipts and answers took in the period, by kind of counterpart. $1 last month, $2 county, $3 type, $4 counterpart,
-- $5 first month.
select case when s.kind = 'municipality' then r.kind else s.kind end as counterpart, w.what, w.step,
       sum(w.messages)::bigint as messages
from adoption.wait w
join adoption.party s on s.her = w.sender
join adoption.party r on r.her = w.receiver
join adoption.party p on p.her = case when s.kind = 'municipality' then w.sender else w.receiver end
where w.month between $5::date and $1::date and (s.kind = 'municipality' or r.kind = 'municipality')
  and ($2::text is null or p.county = $2) and ($3::text is null or w.type = $3)
  and ($4::text is null or (case when s.kind = 'municipality' then r.kind else s.kind end) = $4)
group by 1, 2, 3 order by 1, 2, 3
