-- The chain of each patient, daily heads, witnesses' answers, epochs.
create table log.patient_head (
    tenant  int    not null,
    patient text collate "C" not null,
    seq     bigint not null,                    -- how many events of this patient the tree holds
    head    bytea  not null,                    -- the leaf of the last of them
    primary key (tenant, patient)
) with (fillfactor = 60);

alter table log.log_tree add epoch int not null default 1;

create table log.heads (
    size     bigint      primary key,           -- the tree's size when the heads were read
    day      date        not null,              -- the day that ended, by the node's own calendar
    at       timestamptz not null,
    secret   bytea       not null,              -- key of the HMAC over patients, of these heads alone
    count    bigint      not null,
    roots    bytea       not null,              -- roots of the pages, end to end
    event_id bytea       not null               -- the entry in the log that states the root
);
create table log.heads_page (
    size  bigint not null references log.heads,
    n     bigint not null,
    first bytea  not null,                      -- least key of the page
    data  bytea  not null,                      -- up to 256 times key and value, 64 bytes each, by key
    primary key (size, n)
);

create table log.cosignature (
    size bigint      not null,
    name text        not null,                  -- the witness
    line text        not null,                  -- its signature line, as it stands in a signed note
    at   timestamptz not null,
    primary key (size, name)
);

create table log.epoch (
    epoch    int         primary key,
    event_id bytea       not null,              -- the entry in the log that declares it
    at       timestamptz not null
);
