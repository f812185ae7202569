-- The post's own tables. An inbox row comes before anybody knows which municipality (tenant) it is for, so these tables
-- are not distributed: on Citus they stay on the coordinator. They hold originals; clinical content is read in the record.
create schema if not exists post;

create table post.inbox (
    id           bigint generated always as identity primary key,
    transport    text collate "C" not null,
    name         text collate "C" not null,
    digest       bytea       not null,
    original     bytea       not null,
    received_at  timestamptz not null,
    state        text collate "C" not null default 'received',
    waiting      boolean     not null default true,
    -- What the envelope says, once it has been read.
    tenant       int,
    sender_her   text collate "C" not null default '',
    msg_id       text collate "C" not null default '',
    type         text collate "C" not null default '',
    function     text collate "C" not null default '',
    conversation text collate "C" not null default '',
    patient_ids  text[]      not null default '{}',
    duplicate_of bigint references post.inbox,
    problem      text        not null default '',
    -- Who works on it now. The fence grows with each lease; who holds an older one may write nothing.
    attempts     int         not null default 0,
    fence        bigint      not null default 0,
    lease_until  timestamptz,
    retry_at     timestamptz,
    unique (transport, name, digest)
);
create index on post.inbox (id) where waiting;
create index on post.inbox (sender_her, conversation);
-- One message is one (sender, MsgId): what makes a second one a duplicate, also between two workers.
create unique index inbox_message on post.inbox (sender_her, msg_id) where duplicate_of is null and msg_id <> '';

-- One receipt per message and receiver, made once and never changed.
create table post.receipt (
    inbox        bigint not null references post.inbox,
    receiver     text collate "C" not null,
    status       text collate "C" not null,
    original     bytea       not null,
    made_at      timestamptz not null,
    delivered_at timestamptz,
    primary key (inbox, receiver)
);

-- Every change of state, for the time line and the ledger. Append-only.
create table post.event (
    seq   bigint generated always as identity primary key,
    inbox bigint      not null references post.inbox,
    at    timestamptz not null,
    state text collate "C" not null,
    note  text        not null default ''
);
create index on post.event (inbox, seq);
