-- Who exchanges which messages with whom: metadata alone, kept beside the post and made from its book. Nothing here is about
-- patients, and nothing here is written when a message is sent or received: `fold` follows the book afterwards.
create schema if not exists adoption;

-- Who a HER-id is. Municipality and county are names of places.
create table adoption.party (
    her    text primary key,
    name   text not null,
    kind   text not null check (kind in ('municipality', 'hospital', 'gp', 'other')),
    county text not null default '',
    belongs text not null                       -- HER-id of the organisation it is counted as; its own when it is one
);

-- Under which HER-id a tenant of this house is counted.
create table adoption.house (
    tenant int  primary key,
    her    text not null
);

-- One row for each message and receiver, so that what changes can be taken out of the sums again.
create table adoption.message (
    way          smallint    not null,          -- 1 sent from here, 2 came here, 3 loaded
    id           bigint      not null,          -- in the outbox, the inbox, or of the load
    at           timestamptz not null,
    sender       text        not null,
    receiver     text        not null,
    type         text        not null,          -- 8279
    state        text        not null,          -- confirmed, refused, failed, underway
    standing     text        not null,          -- first, copy, repeat
    asked        int         not null default 0,    -- fields that the profile demands
    said         int         not null default 0,    -- of which the message fills
    receipt_min  int,                           -- minutes from sent to receipt
    answer_min   int,                           -- minutes from request to answer
    conversation text        not null default '',
    primary key (way, id)
);
create index on adoption.message (conversation) where conversation <> '';

-- The sums. `receipts` and `answers` count by the step of minutes in `adoption.step`.
create table adoption.day (
    day date not null, sender text not null, receiver text not null, type text not null, state text not null,
    messages bigint not null, copies bigint not null, repeats bigint not null, asked bigint not null, said bigint not null,
    primary key (sender, receiver, type, day, state)
);
create table adoption.month (
    month date not null, sender text not null, receiver text not null, type text not null, state text not null,
    messages bigint not null, copies bigint not null, repeats bigint not null, asked bigint not null, said bigint not null,
    primary key (sender, receiver, type, month, state)
);
create table adoption.wait (
    month date not null, sender text not null, receiver text not null, type text not null,
    what text not null check (what in ('receipt', 'answer')),
    step int not null,                          -- within so many minutes; 2147483647: longer than all of them
    messages bigint not null,
    primary key (sender, receiver, type, month, what, step)
);

create function adoption.step(minutes int) returns int immutable strict parallel safe language sql as
$$select coalesce((select min(s) from unnest(array[1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880, 4320, 10080]) s
                   where minutes <= s), 2147483647)$$;

-- How far the book is followed. A number may be given long before its row is seen, so what is younger than `settled` is read
-- again until everyone who was writing at `horizon` has ended; then nothing new can appear below `pending`.
create table adoption.mark (
    one     boolean primary key default true check (one),
    settled bigint not null default 0,
    pending bigint not null default 0,
    horizon bigint not null default 0,
    upto    bigint not null default 0
);
insert into adoption.mark default values;
