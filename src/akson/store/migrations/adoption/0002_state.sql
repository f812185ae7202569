-- Which state the sums are in: a number that grows with each statement that changes what a report is made of, in the same
-- transaction, so that whoever keeps a report knows exactly whether it still is what the sums give.
create table adoption.state (
    one    boolean primary key default true check (one),
    number bigint  not null default 0
);
insert into adoption.state default values;

create function adoption.changed() returns trigger language plpgsql as $$
begin
    update adoption.state set number = number + 1;
    return null;
end $$;

create trigger changed after insert or update or delete or truncate on adoption.month
    for each statement execute function adoption.changed();
create trigger changed after insert or update or delete or truncate on adoption.wait
    for each statement execute function adoption.changed();
create trigger changed after insert or update or delete or truncate on adoption.party
    for each statement execute function adoption.changed();
