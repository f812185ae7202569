-- Who holds which kind of data about whom. No clinical content, no names, no national id.
create schema if not exists location;

-- As an index: what every source has said of whom it holds something about.
create table location.holding (
    person bytea       not null,                 -- HMAC-SHA256 of a national id, by a key of this index alone
    source text        not null,                 -- id of the node that said it
    ref    bytea       not null,                 -- the source's own word for the person, opaque here
    kind   text        not null,                 -- SharedClass
    since  date        not null,
    told   timestamptz not null,
    primary key (person, source, ref, kind)
);
create index on location.holding (source, ref);

-- As a source: what is held here, and whom the index has not been told of yet.
create table location.held (
    tenant  int         not null,
    patient text        not null,
    kind    text        not null,
    since   date        not null,
    primary key (tenant, patient, kind)
);
create table location.due (
    tenant  int    not null,
    patient text   not null,
    change  bigint not null default 0,           -- grows with each change, so that one during a telling is not lost
    primary key (tenant, patient)
);
create table location.place (                    -- how far the record's changes have been followed
    one boolean primary key default true check (one),
    xid bigint not null,
    seq bigint not null
);
