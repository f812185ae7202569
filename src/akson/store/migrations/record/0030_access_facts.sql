-- What a decision rests on beside care relations. Every row derives from one version of one resource and is written and
-- removed with it. Values are plain: they decide access.

-- What the citizen has closed. A dimension without entries is not stated.
create table record.barrier (
    tenant             int         not null,
    valid_from         timestamptz,
    valid_to           timestamptz,
    persons_except     boolean     not null,
    roles_except       boolean     not null,
    enterprises_except boolean     not null,
    categories_except  boolean     not null,
    patient_id         text collate "C" not null,
    kind               text collate "C" not null,
    persons            text[]      not null,
    roles              text[]      not null,
    enterprises        text[]      not null,
    categories         text[]      not null,
    source_type        text collate "C" not null,
    source_id          text collate "C" not null
);
create index on record.barrier (tenant, patient_id);
create index on record.barrier (tenant, source_type, source_id);

-- Who may act for whom.
create table record.representation (
    tenant         int         not null,
    patient        bigint      not null,
    valid_from     timestamptz,
    valid_to       timestamptz,
    patient_id     text collate "C" not null,
    representative text collate "C" not null,
    basis          text collate "C" not null,
    categories     text[]      not null,
    source_type    text collate "C" not null,
    source_id      text collate "C" not null
);
create index on record.representation (tenant, patient_id);
create index on record.representation (tenant, representative);
create index on record.representation (tenant, source_type, source_id);

-- What of the patient herself a rule may ask.
create table record.trait (
    tenant     int     not null,
    birth_date date,
    protected  boolean not null,
    patient_id text collate "C" not null,
    primary key (tenant, patient_id)
);
create index on record.trait (tenant, patient_id) where protected;

-- Where people are registered, as a keyed hash that only tells whether two live together.
create table record.address (
    tenant int  not null,
    key    bytea not null,
    owner  text collate "C" not null,
    primary key (tenant, owner, key)
);

-- Patient resources that are one person: edges as they are written, and every pair that follows from them. Undone by
-- writing the Patient without its link.
create table record.patient_link (
    tenant     int  not null,
    patient_id text collate "C" not null,
    other_id   text collate "C" not null,
    primary key (tenant, patient_id, other_id)
);
create index on record.patient_link (tenant, other_id);
create table record.same_person (
    tenant     int  not null,
    patient    bigint not null,
    patient_id text collate "C" not null,
    other_id   text collate "C" not null,
    primary key (tenant, patient_id, other_id)
);
create index on record.same_person (tenant, other_id);

-- Labels of a resource and until when it is held back from the citizen; null for nearly all, which costs no bytes.
do $$
declare made text;
begin
    for made in select lower(type) from record.resource_type loop
        execute format('alter table record.%I add column labels text[], add column released timestamptz', made);
        execute format('alter table record.%I add column labels text[], add column released timestamptz', made || '_history');
    end loop;
end
$$;
