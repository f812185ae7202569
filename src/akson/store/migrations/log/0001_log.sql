-- The log's own database: events, the tree's tiles, the head, signed checkpoints. Nothing here refers to the record.
create schema if not exists log;

create table log.access_event (
    idx       bigint      primary key,          -- place in the log, from 0, without gaps
    at        timestamptz not null,
    tenant    int         not null,
    event_id  bytea       not null unique,
    patient   text collate "C" not null,        -- '' when no patient was concerned
    actor     text collate "C" not null,
    canonical bytea       not null,             -- exactly the bytes that were hashed
    salt      bytea       not null
);
create index on log.access_event (tenant, patient, idx desc);

create table log.log_tile (
    level smallint not null,
    n     bigint   not null,
    data  bytea    not null,
    primary key (level, n)
);

create table log.log_state (
    only_row boolean primary key default true check (only_row),
    size     bigint  not null                   -- how many events; its row makes one order of all who append
);
insert into log.log_state (size) values (0);

create table log.log_tree (
    only_row boolean primary key default true check (only_row),
    size     bigint  not null,                  -- how many events the tree holds; never more than the log has
    edge     bytea   not null
);
insert into log.log_tree (size, edge) values (0, '');

create table log.log_checkpoint (
    size bigint      primary key,
    note bytea       not null,
    at   timestamptz not null
);
