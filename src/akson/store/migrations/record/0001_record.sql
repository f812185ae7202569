-- The tables beside the resources. Resource tables are made from ../../sql/resource_table.sql when first needed.
create schema if not exists record;

-- One row: the key of every index hash, so that nobody outside can construct a collision.
create table record.installation (
    only_row  boolean primary key default true check (only_row),
    index_key bytea   not null,
    made      timestamptz not null default now()
);

-- Which resource types have tables, with the spelling FHIR uses.
create table record.resource_type (
    type text collate "C" primary key,
    made timestamptz not null default now()
);

-- Where a resource with a client-made id lives. The row itself stands in the bucket of its id's hash.
create table record.idmap (
    tenant int      not null,
    bucket smallint not null,
    target smallint not null,
    type   text collate "C" not null,
    id     text collate "C" not null,
    primary key (tenant, bucket, type, id)
);

-- Who may see which patient, since when, because of which resource. Values are plain: they decide access.
create table record.care_relation (
    tenant      int         not null,
    bucket      smallint    not null,
    patient     bigint      not null,
    valid_from  timestamptz not null,
    valid_to    timestamptz,
    patient_id  text collate "C" not null,
    grantee     text collate "C" not null,
    kind        text collate "C" not null,
    source_type text collate "C" not null,
    source_id   text collate "C" not null,
    primary key (tenant, bucket, patient_id, grantee, kind, source_type, source_id, valid_from)
);
create index on record.care_relation (tenant, patient_id, grantee, valid_from, valid_to);
create index on record.care_relation (tenant, grantee, patient);
create index on record.care_relation (tenant, source_type, source_id);

-- One row per commit, for whoever follows the record. (xid, seq) is the order without gaps: see store/changes.py.
create table record.change_event (
    seq      bigint generated always as identity primary key,
    xid      xid8        not null default pg_current_xact_id(),
    tenant   int         not null,
    at       timestamptz not null,
    types    text[]      not null,
    ids      text[]      not null,
    versions int[]       not null
);
create index on record.change_event (xid, seq);

-- Log events of commits, until the log has them.
create table record.pending_event (
    seq       bigint generated always as identity,
    id        bytea primary key,
    canonical bytea not null
);
create index on record.pending_event (seq);
