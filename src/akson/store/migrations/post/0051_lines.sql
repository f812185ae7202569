-- What an item shares with those that must not be worked beside it, as 64-bit numbers that tell nothing; null until it was
-- looked at. Each worker takes what stands in no line that another works in (ADR 0155).
alter table post.post_inbox add column lines bigint[];
create index on post.post_inbox (leased_until) where leased_until is not null;

-- What is large is packed in half the time where the server was built with lz4; where it was not, as before.
do $$
begin
    alter table post.post_inbox alter column original set compression lz4;
    alter table post.post_inbox alter column receipt set compression lz4;
    alter table post.post_document alter column content set compression lz4;
    alter table post.post_receipt alter column original set compression lz4;
    alter table post.post_arrival alter column sealed set compression lz4;
exception when feature_not_supported then null;
end
$$;
