-- Text beyond what a tsvector holds (an attachment, a book) is cut off rather than an error: an error would tell of a row
-- that the reader may not see.
create or replace function record.words(written text) returns tsvector
language plpgsql immutable parallel safe strict as $$
begin
    return to_tsvector('simple', translate(record.folded(translate(left(written, 500000), '{|}', '   ')), '{|}', 'æøå'));
exception when others then
    return ''::tsvector;
end
$$;
