-- What this installation is: `demo` (synthetic people, everyone may log in as one of the cast) or `serve`. Said once, by
-- whoever starts it first; null as long as data was only loaded.
alter table record.installation add column stage text check (stage in ('demo', 'serve'));
