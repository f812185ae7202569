-- What the post says now of these messages, as rows of adoption.message (without how long an answer took).
-- $1 numbers in the outbox, $2 numbers in the inbox.
select 1::smallint as way, o.id, coalesce(o.queued_at, o.made_at) as at, o.sender, o.receiver, o.type,
       case when o.state = 'done' then 'confirmed' when o.state = 'negative' then 'refused'
            when o.state in ('failed', 'overdue') then 'failed' else 'underway' end as state,
       case when o.replaces is not null then 'repeat' when o.copy then 'copy' else 'first' end as standing,
       0 as asked, 0 as said,
       case when o.answered_at is not null and o.handed_at is not null
            then greatest(0, ceil(extract(epoch from o.answered_at - o.handed_at) / 60))::int end as receipt_min,
       o.conversation
from post.post_outbox o
where o.id = any($1::bigint[]) and o.type <> 'APPREC' and o.state not in ('draft', 'dropped')
union all
select 2::smallint, i.id, i.received_at, i.sender_her, coalesce(h.her, ''), i.type,
       case when i.state in ('accepted', 'duplicate') then 'confirmed' when i.state = 'refused' then 'refused'
            else 'underway' end,
       case when i.state = 'duplicate' then 'repeat' else 'first' end,
       coalesce(i.content_asked, 0), coalesce(i.content_said, 0),
       case when i.state in ('accepted', 'refused') then greatest(0, ceil(extract(epoch from e.at - i.received_at) / 60))::int end,
       coalesce(i.conversation, '')
from post.post_inbox i
left join adoption.house h on h.tenant = i.tenant
left join lateral (select min(at) as at from post.post_event where inbox = i.id and state in ('accepted', 'refused')) e on true
where i.id = any($2::bigint[]) and i.sender_her is not null and i.type is not null and i.type <> 'APPREC'
