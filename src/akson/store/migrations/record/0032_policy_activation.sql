-- Which policy has been in force since when, with the signatures it rests on; and whose signatures count. Nothing is ever
-- changed or taken away: the replay of a past decision asks for the policy of its day. What a signature is worth is judged
-- by whoever reads this (akson.access.policies.signing), at every start, and not by the database.
create table record.policy_officer (
    id          text primary key,
    name        text not null,
    public_key  bytea not null check (length(public_key) = 32),
    at          timestamptz not null
);

create table record.policy_activation (
    number      bigint generated always as identity primary key,
    version     text not null unique,
    body        bytea not null,
    signatures  text[] not null,    -- `officer:hex of 64 bytes`
    at          timestamptz not null
);
