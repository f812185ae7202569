-- Takes the body and the index of every version of one resource; that it was, when and whose, stays.
-- $1 tenant, $2 type, $3 id, $4 bucket by hash, $5 at. Returns how many versions lost their body.
with place as materialized (
    select coalesce((select m.target from record.idmap m
                     where m.tenant = $1::int and m.bucket = $4::smallint and m.type = $2::text and m.id = $3::text),
                    $4::smallint) as bucket
), now as (
    update {table} t
    set body = null, tokens = null, refs = null, date_lo = null, date_hi = null, date_key = null, date_los = null,
        date_his = null, str_key = null, str_val = null, num_key = null, num_lo = null, num_hi = null, num_unit = null
    from place where t.tenant = $1::int and t.bucket = place.bucket and t.id = $3::text
    returning t.version
), before as (
    update {history} h set body = null
    from place where h.tenant = $1::int and h.bucket = place.bucket and h.id = $3::text
    returning h.version
), unrelated as (
    delete from record.care_relation where tenant = $1::int and source_type = $2::text and source_id = $3::text
), unbarred as (
    delete from record.barrier where tenant = $1::int and source_type = $2::text and source_id = $3::text
), unrepresented as (
    delete from record.representation where tenant = $1::int and source_type = $2::text and source_id = $3::text
), moved as (
    delete from record.address where tenant = $1::int and owner = $2::text || '/' || $3::text
), unknown as (
    delete from record.trait where tenant = $1::int and $2::text = 'Patient' and patient_id = $3::text
), told as (
    insert into record.change_event (tenant, at, types, ids, versions)
    select $1::int, $5::timestamptz, array[$2::text], array[$3::text], array[now.version] from now
)
select (select count(*) from now) + (select count(*) from before)
