-- The post's own tables: what came in, byte for byte, and everything that became of it.
create schema if not exists post;

create table post.post_inbox (
    id           bigint generated always as identity primary key,
    tenant       int,                            -- known once the receiver is matched
    transport    text        not null,           -- folder, loopback, …
    name         text        not null,           -- file name or the transport's own id
    received_at  timestamptz not null,
    digest       bytea       not null,           -- SHA-256 of the original
    original     bytea       not null,
    state        text        not null default 'received',
    retry_at     timestamptz,                    -- not before
    leased_until timestamptz,                    -- somebody works on it until then
    attempts     int         not null default 0,
    sender_her   text,
    msg_id       text,
    type         text,
    conversation text,
    patient_ids  text[]      not null default '{}',
    receipt      bytea,
    problem      text,                           -- stable id of the Problem, never its text
    unique (digest, transport, name)
);
create unique index on post.post_inbox (sender_her, msg_id) where msg_id is not null;
create index on post.post_inbox (id) where state in ('received', 'retry');
create index on post.post_inbox (state);

create table post.post_event (
    inbox bigint      not null references post.post_inbox (id),
    at    timestamptz not null,
    seq   bigint generated always as identity,
    state text        not null,
    note  text        not null default '',
    primary key (inbox, seq)
);
