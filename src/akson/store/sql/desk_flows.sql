-- What has gone and come since $1, by partner and type, as it stands now. Receipts are counted with what they answer.
-- $2 the tenant, $3 whether what no tenant is known of is hers.
select receiver as partner, type, 'out' as way, count(*) as total,
       count(*) filter (where state = 'queued') as queued,
       count(*) filter (where state in ('sent', 'transport_ok')) as unconfirmed,
       count(*) filter (where state = 'done') as done,
       count(*) filter (where state = 'negative') as refused,
       count(*) filter (where state = 'failed') as failed,
       count(*) filter (where state = 'overdue') as overdue
from post.post_outbox where tenant = $2 and queued_at >= $1 and type <> 'APPREC' group by 1, 2
union all
select coalesce(sender_her, ''), coalesce(type, ''), 'in', count(*),
       count(*) filter (where state in ('received', 'retry', 'parked')),
       0,
       count(*) filter (where state in ('accepted', 'duplicate')),
       count(*) filter (where state = 'refused'),
       0, 0
from post.post_inbox where (tenant = $2 or ($3 and tenant is null)) and received_at >= $1 and type is distinct from 'APPREC' group by 1, 2
order by 1, 2, 3
