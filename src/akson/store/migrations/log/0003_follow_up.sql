-- Follow-up of the log: the privacy officer's search by person and time, and the cases that patterns have pointed at.
create index on log.access_event (tenant, actor, idx desc);
create index on log.access_event using brin (at);

create table log.follow_up_case (
    id        bigint      generated always as identity primary key,
    tenant    int         not null,
    kind      text        not null,
    actor     text collate "C" not null,
    subject   text collate "C" not null,        -- the patient's id; the day for mass browsing
    name      text        not null,             -- the member of staff, as in the log
    unit      text        not null,
    patients  text[]      not null,
    score     real        not null,
    reasons   text[]      not null,
    first_at  timestamptz not null,
    last_at   timestamptz not null,
    found_at  timestamptz not null,
    closed_at timestamptz,
    closed_by text        not null default '',
    outcome   text        not null default ''
);
create unique index on log.follow_up_case (tenant, kind, actor, subject) where closed_at is null;
