-- Those we exchange messages with: what the address register said of them, and what they can receive and send.
-- Rows are added and never changed, but for when we last looked. No patient data.
create schema if not exists partners;

create table partners.entry (
    her_id  bigint      not null,
    seq     bigint generated always as identity,
    seen_at timestamptz not null,
    body    bytea,                               -- as the register gave it; null: it knows nobody of that number
    primary key (her_id, seq)
);

create table partners.looked (
    her_id bigint primary key,
    at     timestamptz not null                  -- when the newest row was last known to hold
);

create table partners.feed (
    name     text primary key,
    position bigint      not null,               -- everything up to it is carried out
    at       timestamptz not null                -- when nothing more was to be read
);

create table partners.profile (
    id      bigint generated always as identity primary key,
    her_id  bigint      not null,
    source  text        not null,                -- register, agreement
    at      timestamptz not null,
    made_by text        not null,                -- who set it; register for what was fetched
    note    text        not null default '',
    digest  bytea       not null                 -- of its abilities, so that the same again is no new profile
);
create index on partners.profile (her_id, source, id);

create table partners.ability (
    profile  bigint not null references partners.profile (id),
    type     text   not null,                    -- code in 8279
    version  text   not null,
    sends    boolean not null,
    receives boolean not null,
    begins   timestamptz,
    ends     timestamptz,
    answers_within_s bigint,                     -- what has been agreed; null: the type's own deadline
    primary key (profile, type, version)
);
