-- What the message officer searches for, both ways, newest first. Every filter is null for any.
-- $1 partner, $2 type, $3 states of what went out, $4 states of what came, $5 from, $6 until, $7 MsgId, $8 conversation,
-- $9 and $10 before these numbers (out, in), $11 how many, $12 the tenant, $13 whether what no tenant
-- is known of is hers.
(select 'out' as way, id, coalesce(queued_at, made_at) as at, receiver as partner, type, msg_id, conversation, state
 from post.post_outbox
 where tenant = $12 and cardinality($3::text[]) > 0 and state = any($3) and type <> 'APPREC'
   and ($1::text is null or receiver = $1) and ($2::text is null or type = $2)
   and ($5::timestamptz is null or made_at >= $5) and ($6::timestamptz is null or made_at < $6)
   and ($7::text is null or msg_id = $7) and ($8::text is null or conversation = $8)
   and ($9::bigint is null or id < $9)
 order by id desc limit $11)
union all
(select 'in', id, received_at, coalesce(sender_her, ''), coalesce(type, ''), coalesce(msg_id, ''), coalesce(lower(conversation), ''),
        state
 from post.post_inbox
 where (tenant = $12 or ($13 and tenant is null)) and cardinality($4::text[]) > 0 and state = any($4) and type is distinct from 'APPREC'
   and ($1::text is null or sender_her = $1) and ($2::text is null or type = $2)
   and ($5::timestamptz is null or received_at >= $5) and ($6::timestamptz is null or received_at < $6)
   and ($7::text is null or msg_id = $7) and ($8::text is null or lower(conversation) = $8)
   and ($10::bigint is null or id < $10)
 order by id desc limit $11)
order by at desc, way, id desc limit $11
