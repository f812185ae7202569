-- Earlier versions bear the labels of later ones, and are held back as long. $1 tenant, $2 type, $3 id, $4 bucket by hash,
-- $5 labels, $6 released.
update {history} h
set labels = nullif(array(select distinct l from unnest(h.labels || $5::text[]) l where l is not null order by l), '{}'),
    released = greatest(h.released, $6::timestamptz)
where h.tenant = $1::int and h.id = $3::text
  and h.bucket = coalesce((select m.target from record.idmap m
                           where m.tenant = $1::int and m.bucket = $4::smallint and m.type = $2::text and m.id = $3::text),
                          $4::smallint)
  and (not coalesce(h.labels, '{}') @> $5::text[] or coalesce(h.released < $6::timestamptz, $6::timestamptz is not null))
