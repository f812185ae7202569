-- Tables of one resource type. {table} is the lower-case type name. Columns stand in order of alignment: bytes count.
create table record."{table}" (
    tenant        int         not null,
    version       int         not null,
    updated       timestamptz not null,
    patient       bigint,               -- hash of the Patient it is about; null when it is about none
    self          bigint      not null, -- hash of tenant and Type/id: what references to it hash to
    date_lo       timestamptz,          -- the type's principal date, [lo, hi)
    date_hi       timestamptz,
    bucket        smallint    not null, -- 0..1023, fixed at creation
    method        smallint    not null, -- 1 POST 2 PUT 3 DELETE 4 PATCH
    index_version smallint    not null,
    body_codec    smallint    not null, -- how the bytes are packed: packing/bodies.py
    id            text collate "C" not null,
    patient_ids   text[],               -- plain, for access; null when none, never empty
    tokens        bigint[],
    refs          bigint[],
    date_key      bigint[],             -- date_key[i] names the parameter of date_los[i], date_his[i]; likewise below
    date_los      timestamptz[],
    date_his      timestamptz[],
    str_key       bigint[],
    str_val       text[],               -- folded
    num_key       bigint[],
    num_lo        float8[],
    num_hi        float8[],             -- left out when every value is a point
    num_unit      bigint[],             -- 24 bits of hash of the system, 40 of the code
    body          bytea,                -- null: deleted or erased
    labels        text[],               -- codes of meta.security, for access; null when none
    released      timestamptz,          -- held back from the citizen until then; null when not held back
    primary key (tenant, bucket, id)
);
create index on record."{table}" using gin (tokens, refs) with (fastupdate = on, gin_pending_list_limit = 128);
create index on record."{table}" (tenant, patient, date_lo desc nulls last);
create index on record."{table}" (tenant, updated);
create index on record."{table}" (self);
create index on record."{table}" using gin (patient_ids) where cardinality(patient_ids) > 1; -- the few that belong to several

create table record."{table}_history" (
    tenant      int         not null,
    version     int         not null,
    updated     timestamptz not null,
    bucket      smallint    not null,
    method      smallint    not null,
    body_codec  smallint    not null,
    id          text collate "C" not null,
    patient_ids text[],
    body        bytea,
    labels      text[],
    released    timestamptz,
    primary key (tenant, bucket, id, version)
);
create index on record."{table}_history" (tenant, updated);
create index on record."{table}_history" using gin (patient_ids); -- what stood in a patient's record at an earlier instant
