-- What a transport told of each thing that came, beside what was inside: the sealed bytes too, when they are others.
create table post.post_arrival (
    seq       bigint generated always as identity primary key,
    at        timestamptz not null,
    transport text        not null,
    reference text        not null,             -- the transport's own id
    name      text        not null,
    digest    bytea       not null,             -- of the original that the inbox keeps: with transport and name its item
    sender    text        not null default '',  -- HER-ids of the envelope
    receiver  text        not null default '',
    refers_to text        not null default '',
    problem   text        not null default '',  -- 8221, when the envelope cannot be trusted
    note      text        not null default '',  -- in words, nothing of the content
    sealed    bytea,                            -- every byte as it came; null when the inbox's original is that
    unique (transport, reference, receiver, digest)
);
create index on post.post_arrival (digest, transport, name);
create index on post.post_outbox (reference) where reference <> '';
