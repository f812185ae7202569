-- What goes out: one row for each message and receiver, the receipts that came back, and every change of both.

-- The very bytes, once, however many receivers they have.
create table post.post_document (
    digest  bytea primary key,                  -- SHA-256
    content bytea not null
);

create sequence post.post_place;

create table post.post_outbox (
    id              bigint generated always as identity primary key,
    tenant          int         not null,
    msg_id          text        not null,       -- in lower case
    receiver        text        not null,       -- HER-id; a copy receiver has a row of its own
    copy            boolean     not null default false,
    sender          text        not null,       -- HER-id
    type            text        not null,       -- 8279; APPREC for a receipt
    purpose         text        not null default '',
    conversation    text        not null default '',
    answers         text        not null default '',    -- for a receipt: the type it answers
    generated_at    timestamptz not null,
    made_at         timestamptz not null,
    digest          bytea       not null references post.post_document (digest),
    replaces        bigint references post.post_outbox (id),
    record_type     text        not null default '',    -- the resource whose commit queues it
    record_id       text        not null default '',
    after_change    bigint      not null default 0,     -- that commit is newer than this one

    state           text        not null default 'draft',
    round           int         not null default 1,
    place           bigint,                     -- in line, once queued
    parcel          text        not null,       -- the transport's id of this handing-over
    attempts        int         not null default 0,
    next_try        timestamptz,
    deadline        timestamptz,
    queued_at       timestamptz,
    handed_at       timestamptz,
    acknowledged_at timestamptz,
    answered_at     timestamptz,
    refused         boolean     not null default false,
    transport       text        not null default '',
    reference       text        not null default '',
    receipt         bytea,                      -- digest of the one that counts
    earlier         bytea[]     not null default '{}',  -- those of earlier rounds
    owner           text        not null default '',    -- wanted, given, ending
    spell           int         not null default 0,     -- how often it has come to need one
    item            text        not null default '',    -- id of the Task of this spell
    closed          boolean     not null default false,
    problem         text        not null default '',

    fence           bigint      not null default 0,
    leased_until    timestamptz,
    unique (msg_id, receiver)
);
create index on post.post_outbox (next_try) where next_try is not null;
create index on post.post_outbox (deadline) where state in ('queued', 'sent', 'transport_ok');
create index on post.post_outbox (id) where owner in ('wanted', 'ending');
create index on post.post_outbox (id) where state = 'draft';
create index on post.post_outbox (conversation, receiver, place)
    where handed_at is null and conversation <> '' and state in ('queued', 'overdue', 'failed');

-- Every id it was ever handed over under: an acknowledgement may be late.
create table post.post_parcel (
    parcel text primary key,
    outbox bigint not null references post.post_outbox (id)
);

create table post.post_receipt (
    id          bigint generated always as identity primary key,
    outbox      bigint references post.post_outbox (id),    -- null: it answers nothing that was sent from here
    round       int         not null default 0,
    msg_id      text        not null,           -- of the message it answers
    sender      text        not null,           -- HER-id of whoever answers
    receipt_id  text        not null,
    status      text        not null,           -- 8258
    codes       text[]      not null default '{}',
    verdict     text        not null,           -- first, alarm, stray
    at          timestamptz not null,
    digest      bytea       not null,
    original    bytea       not null,
    item        text        not null default ''
);
create unique index on post.post_receipt (outbox, round, digest) where outbox is not null;
create unique index on post.post_receipt (digest) where outbox is null;
create index on post.post_receipt (id) where item = '' and verdict <> 'first';

-- One book for both ways, and nothing in it is ever changed.
alter table post.post_event drop constraint post_event_pkey;
alter table post.post_event alter column inbox drop not null;
alter table post.post_event add column outbox bigint references post.post_outbox (id);
alter table post.post_event add constraint one_way check ((inbox is null) <> (outbox is null));
alter table post.post_event add primary key (seq);
create index on post.post_event (inbox, seq) where inbox is not null;
create index on post.post_event (outbox, seq) where outbox is not null;

create function post.refuse_change() returns trigger language plpgsql as
$$begin raise exception 'post.post_event is append only'; end$$;
create trigger append_only before update or delete on post.post_event
    for each statement execute function post.refuse_change();
