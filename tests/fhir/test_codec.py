"""JSON in and out: nothing lost, nothing ambiguous let in."""

import json
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from akson.fhir.codec.bundles import split_bundle, split_entry
from akson.fhir.codec.json import DEPTH_MAX, encode, parse
from akson.fhir.codec.references import rewrite_references
from akson.fhir.codec.splice import instant, splice
from akson.fhir.problem import Problem

NOW = datetime(2026, 11, 24, 8, 0, 0, 120_000, tzinfo=UTC)
TEXT = st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (b"", "AKS-FHIR-001"),
        (b'{"a":tru}', "AKS-FHIR-001"),
        (b'{"a":NaN}', "AKS-FHIR-001"),
        (b'{"a":"\xff"}', "AKS-FHIR-001"),
        (b'{"a":1}x', "AKS-FHIR-001"),
        (b"[]", "AKS-FHIR-002"),
        (b'"a"', "AKS-FHIR-002"),
        (b'{"a":' + b"[" * 70 + b"]" * 70 + b"}", "AKS-FHIR-003"),
        (b"[" * 200_000, "AKS-FHIR-003"),
        (b'{"a":1,"a":2}', "AKS-FHIR-004"),
        (b'{"a" :1,"a":2,"b" :3}', "AKS-FHIR-004"),
        (b'{"a":1,"\\u0061":2}', "AKS-FHIR-004"),
        (b'{"a":1,"a":2,"s":"\\u003a"}', "AKS-FHIR-004"),
        (b'{"x":{"a":":::","a":2}}', "AKS-FHIR-004"),
        (b'{"a":1e99999}', "AKS-FHIR-005"),
        (b'{"a":' + b"1" * 10_000 + b"}", "AKS-FHIR-001"),
        (b'{"a":0.' + b"1" * 10_000 + b"}", "AKS-FHIR-005"),
    ],
)
def test_refused(text, id):
    with pytest.raises(Problem) as refused:
        parse(text)
    assert refused.value.id == id


def test_deepest_allowed():
    inside = DEPTH_MAX - 1
    assert parse(b'{"a":' + b"[" * inside + b"]" * inside + b"}")


def test_messages_do_not_quote_the_content():
    with pytest.raises(Problem) as refused:
        parse(b'{"family":"Hemmelig" "given":"Navn"}')
    assert "Hemmelig" not in refused.value.sentence()


@pytest.mark.parametrize("number", ["1.00", "0.10", "1E+2", "-0.0", "12345678901234567890123", "0.00000001"])
def test_digits_are_kept(number):
    assert encode(parse(f'{{"a":{number}}}'.encode())) in (
        f'{{"a":{number}}}'.encode(),
        f'{{"a":{Decimal(number)}}}'.encode(),
    )


def test_byte_order_mark_is_passed_over():
    assert parse(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_what_is_written_is_read(value):
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value
    assert parse(encode(value)) == value


@given(
    st.permutations(["resourceType", "id", "meta", "active", "name", "note"]),
    st.sets(st.sampled_from(["id", "meta", "name", "note"])),
    st.sampled_from([(",", ":"), (" , ", " : "), (",\n  ", ": ")]),
)
def test_splice_changes_id_and_meta_alone(order, left_out, separators):
    every = {
        "resourceType": "Patient",
        "id": "client-id",
        "meta": {"versionId": "9", "profile": ["http://example.org/p"], "tag": [{"code": "x"}]},
        "active": True,
        "name": [{"family": 'Å"sen', "meta": [1]}],
        "note": {"meta": {"id": "inner"}, "value": Decimal("1.00")},
    }
    given_ = {k: every[k] for k in order if k not in left_out}
    body = json.dumps(given_, separators=separators, default=float).replace("1.0}", "1.00}").encode()
    made = splice(body, parse(body), id="new", version=3, updated=NOW)
    read = parse(made)
    assert read["id"] == "new"
    assert (read["meta"]["versionId"], read["meta"]["lastUpdated"]) == ("3", "2026-11-24T08:00:00.120Z")
    if "meta" in given_:
        assert read["meta"]["profile"] == ["http://example.org/p"]
        assert read["meta"]["tag"] == [{"code": "x"}]
    rest = {k: v for k, v in parse(body).items() if k not in ("id", "meta")}
    assert {k: v for k, v in read.items() if k not in ("id", "meta")} == rest
    assert [k for k in read if k not in ("id", "meta")] == [k for k in parse(body) if k not in ("id", "meta")]
    assert ("1.00" in body.decode()) == ("1.00" in made.decode())


def test_splice_keeps_the_clients_bytes():
    body = b'{"resourceType":"Patient","id":"x", "name" : [ { "family":"\\u00c5sen" } ],\n"x":1.00}'
    made = splice(body, parse(body), id="n", version=1, updated=NOW)
    assert made == (
        b'{"resourceType":"Patient","id":"n","meta":{"versionId":"1","lastUpdated":"2026-11-24T08:00:00.120Z"},'
        b' "name" : [ { "family":"\\u00c5sen" } ],\n"x":1.00}'
    )


def test_splice_is_not_fooled_by_escaped_names():
    body = b'{"resourceType":"Patient","\\u0069d":"x","m\\u0065ta":{"tag":[]},"a":{"meta":1}}'
    made = splice(body, parse(body), id="n", version=1, updated=NOW)
    assert parse(made)["id"] == "n"
    assert parse(made)["meta"]["versionId"] == "1"
    assert parse(made)["a"] == {"meta": 1}


def test_instant_shows_microseconds_only_when_there_are_some():
    assert instant(NOW) == "2026-11-24T08:00:00.120Z"
    assert instant(NOW.replace(microsecond=5)) == "2026-11-24T08:00:00.000005Z"


def test_references_are_rewritten_where_they_are_references():
    body = (
        b'{"subject":{"reference" : "urn:uuid:a"},"url":"urn:uuid:a","instantiatesUri":["urn:uuid:b","urn:uuid:a"],'
        b'"identifier":[{"system":"urn:ietf:rfc:3986","value":"urn:uuid:a"}],"note":"urn:uuid:a",'
        b'"author":{"reference":"Practitioner?identifier=x|1"},"encounter":{"reference":"urn:uuid:gone"},'
        b'"performer":[{"reference":"Organization/1"},{"reference":"Practitioner?identifier=y"}]}'
    )
    made, unresolved = rewrite_references(
        body, {"urn:uuid:a": "Patient/1", "Practitioner?identifier=x|1": "Practitioner/9"}
    )
    read = parse(made)
    assert read["subject"]["reference"] == "Patient/1"
    assert read["url"] == "Patient/1"
    assert read["instantiatesUri"] == ["urn:uuid:b", "Patient/1"]
    assert read["identifier"][0]["value"] == "urn:uuid:a"
    assert read["note"] == "urn:uuid:a"
    assert read["author"]["reference"] == "Practitioner/9"
    assert read["performer"][0]["reference"] == "Organization/1"
    assert unresolved == ("urn:uuid:gone", "Practitioner?identifier=y")


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_nothing_is_rewritten_without_a_mapping(value):
    body = encode(value)
    assert rewrite_references(body, {})[0] == body


def test_bundle_frame_keeps_entries_as_they_stand():
    inner = b'{ "resourceType" : "Patient", "x" : 1.00 }'
    frame = split_bundle(
        b'{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:a","resource":'
        + inner
        + b"}]}"
    )
    entry = split_entry(0, frame.entry[0])
    assert bytes(entry.resource) == inner
    assert entry.fullUrl == "urn:uuid:a"


@pytest.mark.parametrize(
    "text", [b"{", b'{"resourceType":"Bundle","entry":[{"foo":1}]}', b'{"resourceType":"Patient"}']
)
def test_no_bundle(text):
    with pytest.raises(Problem, match="AKS-FHIR-01"):
        split_entry(0, split_bundle(text).entry[0])


def test_official_examples_come_back_with_every_digit(shared):
    with zipfile.ZipFile(shared / "conformance/examples-r4/examples-r4.zip") as examples:
        for name in examples.namelist():
            body = examples.read(name)
            read = parse(body)
            assert parse(encode(read)) == read, name
            exact = json.loads(body, parse_float=Decimal)
            assert [str(n) for n in _numbers(read)] == [str(n) for n in _numbers(exact)], name
            spliced = parse(splice(body, read, id="new", version=1, updated=NOW))
            own = ("id", "meta")
            assert [(k, v) for k, v in spliced.items() if k not in own] == [
                (k, v) for k, v in read.items() if k not in own
            ]


def _numbers(value):
    if isinstance(value, dict):
        return [n for inner in value.values() for n in _numbers(inner)]
    if isinstance(value, list):
        return [n for inner in value for n in _numbers(inner)]
    return [value] if isinstance(value, Decimal | int) else []
