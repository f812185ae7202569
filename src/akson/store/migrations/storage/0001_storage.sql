-- Where each kind of data lives: the policies decided, how far each switch has come, and what both sides last agreed on.
-- No clinical content but in `conflict`, which keeps what somebody wrote until a person has seen it.
create schema if not exists storage;

create table storage.policy (
    number     bigint generated always as identity primary key,
    tenant     int         not null,
    version    text        not null,
    body       bytea       not null,             -- as it was signed
    signatures text[]      not null,             -- officer:hex
    at         timestamptz not null,
    unique (tenant, version)
);

create table storage.placement (
    tenant    int         not null,
    kind      text        not null,
    mode      text        not null,              -- in force
    target    text        not null,              -- where a switch leads; the mode itself at rest
    step      text        not null,
    number    bigint      not null,              -- grows with every change of the row
    cursor    text        not null,
    differing int         not null,
    opened    boolean     not null,
    reaches   boolean     not null,
    since     timestamptz,                       -- when the mode was cut over to
    primary key (tenant, kind)
);

create table storage.feed (
    tenant   int primary key,
    up_xid   bigint not null, up_seq   bigint not null,   -- carried to the central node
    down_xid bigint not null, down_seq bigint not null,   -- carried home from it
    at       timestamptz not null                         -- when the feed last had nothing more to carry
);

create table storage.held (
    tenant        int    not null,
    type          text   not null,
    id            text   not null,
    local         int    not null,
    central       int    not null,
    digest        bytea  not null,
    offered       bytea  not null,
    offered_local int    not null,
    primary key (tenant, type, id)
);

create table storage.conflict (
    tenant  int    not null,
    type    text   not null,
    id      text   not null,
    local   int    not null,
    central int    not null,
    body    bytea,
    at      timestamptz not null,
    primary key (tenant, type, id, local, central)
);

-- Of a central node: under which number each kind is fed, whether others may write, and what has been erased.
create table storage.fence (
    tenant int     not null,
    kind   text    not null,
    number bigint  not null,
    master boolean not null,
    primary key (tenant, kind)
);

create table storage.erased (
    tenant  int  not null,
    type    text not null,
    id      text not null,
    version int  not null,                       -- nothing up to this version can be read any more
    primary key (tenant, type, id)
);
