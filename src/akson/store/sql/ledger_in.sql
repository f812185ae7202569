-- What came in, by partner, type and day, counted from the book alone. Unreadable: nobody could be told.
-- $1 partner, $2 type, $3 day, $4 tenant, each null for any; $5 whether what no tenant is known of is hers.
with story as (
    select inbox, min(at) as came_at, (array_agg(state order by seq desc))[1] as last
    from post.post_event where inbox is not null group by inbox
), known as (
    select s.*, coalesce(i.sender_her, '') as partner, coalesce(i.type, '') as type,
           (s.came_at at time zone 'Europe/Oslo')::date as day,
           i.receipt is null or convert_from(i.receipt, 'UTF8')::jsonb -> 'receipts' = '[]'::jsonb as untold
    from story s join post.post_inbox i on i.id = s.inbox
    where $4::int is null or i.tenant = $4 or ($5 and i.tenant is null)
)
select partner, type, day,
       count(*) as total,
       count(*) filter (where last = 'accepted') as accepted,
       count(*) filter (where last = 'refused' and not untold) as rejected,
       count(*) filter (where last = 'duplicate') as duplicate,
       count(*) filter (where last = 'refused' and untold) as unreadable,
       count(*) filter (where last in ('received', 'retry', 'parked')) as waiting
from known
where ($1::text is null or partner = $1) and ($2::text is null or type = $2) and ($3::date is null or day = $3)
group by 1, 2, 3 order by 3 desc, 1, 2
