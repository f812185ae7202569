"""Content made to harm a server: each is (Content-Type or "", address, body), built when it is asked for.

`MARK` stands where patient data could stand; no answer may repeat it.
"""

import gzip
import json
from collections.abc import Callable
from typing import Any

MARK = "Gunhild-Rosenvinge"
XML = "application/fhir+xml"
NS = 'xmlns="http://hl7.org/fhir"'

Made = tuple[str, str, bytes]


def _xml(inner: str, before: str = "") -> Callable[[], Made]:
    return lambda: (
        XML,
        "Patient",
        f'{before}<Patient {NS}><name><family value="{MARK}"/></name>{inner}</Patient>'.encode(),
    )


def _json(more: str | Callable[[], str]) -> Callable[[], Made]:
    """A Patient with `more` written after its name."""
    return lambda: (
        "",
        "Patient",
        b'{"resourceType":"Patient","name":[{"family":"%b"}],%b}'
        % (MARK.encode(), (more if isinstance(more, str) else more()).encode("utf-8", "surrogatepass")),
    )


def _resource(type: str, **elements: Any) -> Callable[[], Made]:
    return lambda: ("", type, json.dumps({"resourceType": type, **elements}).encode())


def _bundle(type: str, entry: dict[str, Any], times: int) -> Callable[[], Made]:
    return lambda: (
        "",
        "",
        json.dumps({"resourceType": "Bundle", "type": type, "entry": [entry] * times}).encode(),
    )


def _laughs() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE lolz [<!ENTITY l0 "lol">{levels}]>'


def _file_entity(what: str) -> str:
    return f"<!DOCTYPE Patient [{what}]>"


CREATE = {"request": {"method": "POST", "url": "Patient"}, "resource": {"resourceType": "Patient"}}
WRONG = {
    "request": {"method": "POST", "url": "Patient"},
    "resource": {"resourceType": "Patient", "nope": MARK},
}
SEARCH = {"request": {"method": "GET", "url": "Patient?name=x"}}
OBSERVATION = {"status": "final", "code": {"text": "x"}}
COMPONENT = {"code": {"coding": [{"system": "urn:x", "code": "x"}]}, "valueQuantity": {"value": 1}}


def _conditions() -> Made:
    entries = [
        {
            "request": {"method": "POST", "url": "Observation"},
            "resource": {
                "resourceType": "Observation",
                **OBSERVATION,
                "subject": {"reference": f"Patient?identifier={n}"},
            },
        }
        for n in range(8_000)
    ]
    return "", "", json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


REFUSED: dict[str, Callable[[], Made]] = {
    "xml: billion laughs": _xml("&l9;", _laughs()),
    "xml: quadratic entities": _xml("&a;" * 10_000, _file_entity(f'<!ENTITY a "{"a" * 100_000}">')),
    "xml: external entity": _xml("&x;", _file_entity('<!ENTITY x SYSTEM "file:///etc/passwd">')),
    "xml: external entity by address": _xml("&x;", _file_entity('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">')),
    "xml: parameter entity": _xml("", _file_entity('<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;')),
    "xml: external DTD": _xml("", '<!DOCTYPE Patient SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "xml: entity nobody declared": _xml("&x;"),
    "xml: XInclude": _xml(
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
    ),
    "xml: schemaLocation": _xml(
        '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="x http://127.0.0.1:9/"/>'
    ),
    "xml: 100,000 levels": _xml("<extension>" * 100_000 + "</extension>" * 100_000),
    "xml: 300,000 attributes": _xml("<a " + " ".join(f'b{n}="1"' for n in range(300_000)) + "/>"),
    "xml: 190,000 elements": _xml('<extension url="x"/>' * 190_000),
    "xml: UTF-7": _xml("", '<?xml version="1.0" encoding="UTF-7"?>'),
    "xml: UTF-16": lambda: (
        XML,
        "Patient",
        f'<?xml version="1.0" encoding="UTF-16"?><Patient {NS}/>'.encode("utf-16"),
    ),
    "json: 100,000 arrays": _json('"x":' + "[" * 100_000 + "]" * 100_000),
    "json: 100,000 objects": _json('"extension":' + '[{"extension":' * 100_000 + "[]" + "}]" * 100_000),
    "json: never closed": _json('"x":' + "[" * 1_000_000),
    "json: a million digits": _json('"multipleBirthInteger":' + "9" * 1_000_000),
    "json: a million decimals": _json('"x":0.' + "9" * 1_000_000),
    "json: large exponent": _json('"multipleBirthInteger":1e999999999'),
    "json: name twice": _json('"active":true,"active":false'),
    "json: 140,000 names, one twice": _json(
        lambda: ",".join(f'"a{n}":1' for n in range(140_000)) + ',"a1":2'
    ),
    "json: 300,000 unknown names": _json(lambda: ",".join(f'"a{n}":1' for n in range(300_000))),
    "json: NaN": _json('"multipleBirthInteger":NaN'),
    "json: Infinity": _json('"multipleBirthInteger":-Infinity'),
    "json: lone surrogate, written by number": _json('"language":"\\ud800"'),
    "json: lone surrogate, as bytes": _json('"language":"\ud800"'),
    "json: NUL": _json('"language":"a\\u0000b"'),
    "json: not UTF-8": lambda: ("", "Patient", b'{"resourceType":"Patient","language":"\xff\xfe"}'),
    "json: 20 MB in one string": _json(lambda: '"language":"' + "x" * 20_000_000 + '"'),
    "json: 2 million combining marks": _json(
        '"contact":[{"name":{"text":"a' + "\u0301\u0316" * 1_000_000 + '"}}]'
    ),
    "json: base64 that ends badly": _json(
        lambda: '"photo":[{"contentType":"image/png","data":"' + "AAAA " * 500_000 + '!"}]'
    ),
    "json: narrative of 100,000 levels": _json(
        lambda: '"text":{"status":"generated","div":"<div>' + "<b>" * 100_000 + "</b>" * 100_000 + '</div>"}'
    ),
    "json: narrative with a DOCTYPE": _json(
        '"text":{"status":"generated","div":"<!DOCTYPE a [<!ENTITY a \'b\'>]><div>&a;</div>"}'
    ),
    "json: a million digits for a date": _json('"birthDate":"' + "1" * 1_000_000 + '"'),
    "json: resourceType of a million letters": lambda: (
        "",
        "Patient",
        b'{"resourceType":"%b"}' % (MARK.encode() * 50_000),
    ),
    "json: 50,000 contained": _json(
        lambda: (
            '"contained":' + json.dumps([{"resourceType": "Patient", "id": f"c{n}"} for n in range(50_000)])
        )
    ),
    "json: an array": lambda: ("", "Patient", b"[1]"),
    "json: nothing": lambda: ("", "Patient", b""),
    "many: values to search for": _json(
        lambda: '"identifier":' + json.dumps([{"value": str(n)} for n in range(60_000)])
    ),
    "many: pairs to search for": _resource("Observation", **OBSERVATION, component=[COMPONENT] * 30_000),
    "many: codes in one resource": _resource(
        "CodeSystem", status="active", content="complete", concept=[{"code": str(n)} for n in range(100_000)]
    ),
    "many: the same question 50,000 times": _resource(
        "Questionnaire", status="active", item=[{"linkId": "1", "type": "string"}] * 50_000
    ),
    "bundle: 4,000 searches": _bundle("batch", SEARCH, 4_000),
    "bundle: 200,000 entries": _bundle("transaction", CREATE, 200_000),
    "bundle: 200,000 entries, each alone": _bundle("batch", CREATE, 200_000),
    "bundle: 10,000 wrong": _bundle("transaction", WRONG, 10_000),
    "bundle: 8,000 conditional references": _conditions,
    "bundle: 50 MB of numbers": lambda: (
        "",
        "",
        b'{"resourceType":"Bundle","type":"batch","entry":[' + b"1," * 25_000_000 + b"1]}",
    ),
    "bundle: version that is no number": _bundle(
        "transaction",
        {
            "request": {"method": "PUT", "url": "Patient/x", "ifMatch": 'W/"\u00b2"'},
            "resource": {"resourceType": "Patient", "id": "x"},
        },
        1,
    ),
    "body: larger than 64 MB": lambda: ("", "Patient", b" " * (64 * 1024 * 1024 + 1)),
    "body: gzip": lambda: ("gzip", "Patient", gzip.compress(b" " * 10_000_000)),
    "body: multipart of 5,000": lambda: (
        "multipart/form-data; boundary=x",
        "Patient",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 5_000,
    ),
}

REGEX_BOMB = "('" + "a" * 5_000 + "').replaceMatches('(a+)+$', 'b')"
EXPRESSIONS = {
    "a pattern that explodes elsewhere": f"Patient.name.where({REGEX_BOMB} = 'b')",
    "look-around": "Patient.name.where(family.matches('(?=a)(a|a)*$'))",
    "counted groups": "Patient.name.where(family.matches('" + "(x?){50}" * 20 + "x{1000}'))",
    "empty pattern": "Patient.name.where(family.replaceMatches('','"
    + "b" * 1_000
    + "').replaceMatches('','bbbb').exists())",
    "many descendants": "Patient.name.where(%resource.descendants().descendants().descendants().exists())",
    "repeat": "Patient.name.where(%resource.repeat(children() | descendants()).count() > 1)",
    "aggregate that doubles": "Patient.name.where('aaaaaaaaaa'.toChars().aggregate($total & $total & $total, 'a').exists())",
    "power": "Patient.name.where(9.power(999999999) > 1)",
    "rounding": "Patient.name.where(1.0.round(999999999) = 1)",
    "deep": "(" * 9_000 + "1" + ")" * 9_000,
    "nested where": "Patient.name.where(" * 900 + "true" + ")" * 900,
    "long": "1" + "+1" * 20_000,
    "calendar": "Patient.name.where(now() + 999999999 years > now())",
    "division": "Patient.name.where(1/0 = 1)",
}
"""Paths of a FHIRPath Patch."""
