-- Keeps one letter as a draft, or queued at once; the same MsgId to the same receiver again is the same row, whatever it says.
-- $1 tenant, $2 msg_id, $3 receiver, $4 copy, $5 sender, $6 type, $7 purpose, $8 conversation, $9 answers, $10 generated,
-- $11 made, $12 digest, $13 document, $14 replaces, $15 and $16 the resource whose commit queues it, $17 parcel,
-- $18 the newest commit before it; $19 state, $20 since when it is queued, $21 next try, $22 deadline.
-- `stood`: the state of the row that stood already.
with kept as (
    insert into post.post_document (digest, content) select $12::bytea, $13::bytea
    where not exists (select from post.post_outbox where msg_id = $2::text and receiver = $3::text)
    on conflict do nothing
), new as (
    insert into post.post_outbox
        (tenant, msg_id, receiver, copy, sender, type, purpose, conversation, answers, generated_at, made_at, digest,
         replaces, record_type, record_id, parcel, after_change, state, queued_at, next_try, deadline, place)
    select $1::int, $2::text, $3::text, $4::boolean, $5::text, $6::text, $7::text, $8::text, $9::text, $10::timestamptz,
           $11::timestamptz, $12::bytea, $14::bigint, $15::text, $16::text, $17::text, $18::bigint,
           $19::text, $20::timestamptz, $21::timestamptz, $22::timestamptz,
           case when $19::text <> 'draft' then nextval('post.post_place') end
    on conflict (msg_id, receiver) do nothing
    returning id, digest
), named as (
    insert into post.post_parcel (parcel, outbox) select $17::text, id from new
), told as (
    insert into post.post_event (outbox, at, state)
    select new.id, $11::timestamptz, line.state from new, (values (1, 'draft'), (2, $19::text)) line(n, state)
    where line.n = 1 or line.state <> 'draft'
    order by line.n
)
select id, digest, '' as stood from new
union all
select id, digest, state from post.post_outbox where msg_id = $2::text and receiver = $3::text
limit 1
