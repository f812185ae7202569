-- What search reads out of bodies at the time of asking: words, and what a code is called. Nothing of it is stored twice.

-- The body as JSON; null for what PostgreSQL cannot hold (a \u0000, a number beyond its range), so that such a row is
-- never found by its text rather than an error that tells of a row the reader may not see.
create or replace function record.json_of(body bytea) returns jsonb
language plpgsql immutable parallel safe strict as $$
begin
    return convert_from(body, 'UTF8')::jsonb;
exception when others then
    return null;
end
$$;

-- The same as fold() of akson.fhir.search.values.string, for text that is not kept folded.
create or replace function record.folded(written text) returns text
language sql immutable parallel safe strict as $$
    select lower(regexp_replace(regexp_replace(normalize(
        translate(replace(normalize(btrim(written, E' \t\n\r'), NFC), 'ß', 'ss'), 'ÆæÄäØøÖöÅå', '{{{{||||}}'), NFD),
        '[\u0300-\u036f]', '', 'g'), '\s+', ' ', 'g'))
$$;

-- The words of a text without case and accents; æ, ø and å are letters of their own.
create or replace function record.words(written text) returns tsvector
language sql immutable parallel safe strict as $$
    select to_tsvector('simple', translate(record.folded(translate(written, '{|}', '   ')), '{|}', 'æøå'))
$$;
