"""Content made to harm: answered at once and clearly, nothing stored, nothing repeated, and others go on being answered."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest

from akson.app.cast import CAST
from akson.fhir.definitions import load
from tests.api.conftest import Fhir
from tests.api.hostile import EXPRESSIONS, MARK, REFUSED
from tests.promises import allowed_s
from tests.record.conftest import astrid, decision_for, pulse

ANSWER_S_MAX = 3.0
"""Of this process's own work, so that a busy machine decides nothing; on a quiet one it is what the clock says."""
READER_S_MAX = 0.5
"""What another reader may wait meanwhile; some 0.1 s when the machine does nothing else."""
TRIES = 3
"""What other work on the machine does once, it does not do each time; a loop that is held up is."""


async def counted(fhir: Fhir) -> dict[str, int]:
    return await fhir.house.store.count(CAST["system"].tenant)


@asynccontextmanager
async def another_reader(fhir: Fhir) -> AsyncIterator[list[float]]:
    """Asks for Astrid again and again; gives how long each answer took."""
    waits: list[float] = []
    over = asyncio.Event()

    async def read() -> None:
        while not over.is_set():
            began = time.monotonic()
            answer = await fhir.ask("GET", "Patient/astrid", who="system")
            waits.append(time.monotonic() - began)
            assert answer.status_code == 200
            await asyncio.sleep(0.002)

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    yield waits
    over.set()
    await reading


async def quickly(asked: Awaitable[Any], name: str) -> Any:
    began = time.process_time()
    answer = await asked
    took = time.process_time() - began
    assert took < allowed_s(ANSWER_S_MAX), f"{name} took {took:.2f} s"
    return answer


@pytest.mark.parametrize("kind", sorted({name.partition(":")[0] for name in REFUSED}))
async def test_it_is_refused_at_once_and_nobody_else_waits(fhir: Fhir, kind: str) -> None:
    await fhir.house.put(astrid())
    for name in REFUSED:
        if name.startswith(kind):
            await refused(fhir, name)


async def refused(fhir: Fhir, name: str) -> None:
    before = await counted(fhir)
    kind, path, body = REFUSED[name]()
    headers = {"Content_Encoding": kind} if kind == "gzip" else ({"Content_Type": kind} if kind else {})
    for left in reversed(range(TRIES)):
        async with another_reader(fhir) as waits:
            answer = await quickly(fhir.ask("POST", path, body, **headers), name)
        if max(waits) < READER_S_MAX or not left:
            break
    if name == "bundle: 50 MB of numbers":
        assert answer.status_code == 413, answer.text[:300]
    assert 400 <= answer.status_code < 500, (name, answer.status_code, answer.text[:300])
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert any(c["code"].startswith("AKS-") for c in outcome["issue"][0]["details"]["coding"])
    assert MARK not in answer.text, name
    assert "root:" not in answer.text, name
    assert len(answer.content) < 300_000, name
    assert max(waits) < allowed_s(READER_S_MAX), f"{name}: a reader waited {max(waits):.2f} s"
    assert await counted(fhir) == before, name


async def test_validate_stumbles_over_none_of_it(fhir: Fhir) -> None:
    for name, make in REFUSED.items():
        kind, path, body = make()
        if kind == "gzip" or path not in load().resource_types:
            continue
        headers = {"Content_Type": kind} if kind else {}
        answer = await quickly(fhir.ask("POST", f"{path}/$validate", body, **headers), name)
        assert answer.status_code == 200 or 400 <= answer.status_code < 500, (name, answer.text[:300])
        assert MARK not in answer.text, name


async def test_a_patch_walks_no_hostile_path(fhir: Fhir) -> None:
    for name in EXPRESSIONS:
        await fhir.house.put(astrid())
        await patched(fhir, name)


async def patched(fhir: Fhir, name: str) -> None:
    parts = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": EXPRESSIONS[name]},
        {"name": "value", "valueHumanName": {"family": MARK}},
    ]
    patch = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}
    async with another_reader(fhir) as waits:
        answer = await quickly(fhir.ask("PATCH", "Patient/astrid", patch), name)
    assert max(waits) < allowed_s(READER_S_MAX)
    # A path that is only long to walk may lead somewhere in the end; then the patch is as good as any.
    assert answer.status_code in (200, 400, 413, 422), answer.text[:300]
    stands = (await fhir.ask("GET", "Patient/astrid")).text
    assert (MARK in answer.text) is (MARK in stands) is (answer.status_code == 200)


INJECTIONS = (
    "'",
    "';--",
    "' or '1'='1",
    '" or ""="',
    "\\",
    "\\'",
    "%",
    "_",
    "%%",
    "*",
    "?",
    "$1",
    "$$",
    "{{7*7}}",
    "${jndi:ldap://127.0.0.1:9/x}",
    "'; select pg_sleep(5); --",
    "1); drop table record.patient; --",
    "x' union select null --",
    "||pg_sleep(5)||",
    "\r\nX-Evil: 1",
    "\x00",
    "\x1b[31m",
    "../../etc/passwd",
    "%00",
    "%27",
    "<script>alert(1)</script>",
    "`id`",
    "$(id)",
    "a\u0301" * 50,
    "\u202e",
    "\ufeff",
    "\U0001f600",
    "nan",
    "1e400",
    "-0",
    "null",
    "true",
    "0x10",
    "()",
    "[]",
    "{}",
    ":*",
    "&!|<->",
    "\t\n",
    "x" * 2_000,
)
PARAMETERS = {
    "string": "Patient?name=",
    "string exact": "Patient?name:exact=",
    "string contains": "Patient?name:contains=",
    "token": "Observation?code=",
    "token text": "Observation?code:text=",
    "token not": "Observation?code:not=",
    "token of type": "Patient?identifier:of-type=urn:x|MR|",
    "reference": "Observation?subject=",
    "reference identifier": "Observation?subject:identifier=",
    "date": "Patient?birthdate=",
    "number": "RiskAssessment?probability=",
    "quantity": "Observation?value-quantity=",
    "uri": "ValueSet?url=",
    "uri below": "ValueSet?url:below=",
    "composite": "Observation?code-value-quantity=",
    "special": "Location?near=",
    "id": "Patient?_id=",
    "last updated": "Patient?_lastUpdated=",
    "filter": "Patient?_filter=",
    "filter value": "Patient?_filter=name eq ",
    "text": "Patient?_text=",
    "content": "Patient?_content=",
    "list": "Patient?_list=",
    "has": "Patient?_has:Observation:patient:code=",
    "chain": "Observation?subject:Patient.name=",
    "tag": "Patient?_tag=",
    "profile": "Patient?_profile=",
    "sort": "Patient?_sort=",
    "elements": "Patient?_elements=",
    "include": "Patient?_include=",
    "count": "Patient?_count=",
    "cursor": "Patient?_cursor=",
    "type": "?_type=",
    "name of the parameter": "Patient?",
}
UNFILTERED = {"sort", "elements", "include", "count", "type", "name of the parameter", "token not"}
"""These do not choose by their value, so the same is found as without it."""


async def test_what_is_injected_is_a_value_like_any_other(fhir: Fhir) -> None:
    await fhir.house.put(astrid(), pulse("p1", "astrid"))
    for kind in PARAMETERS:
        await injected(fhir, kind)


async def injected(fhir: Fhir, kind: str) -> None:
    control = await fhir.ids(PARAMETERS["token not"] + "zzz") if kind == "token not" else []
    for text in INJECTIONS:
        answer = await quickly(
            fhir.ask("GET", PARAMETERS[kind] + quote(text, safe="")), f"{kind} {text[:30]!r}"
        )
        assert answer.status_code == 200 or 400 <= answer.status_code < 500, (kind, text, answer.text[:300])
        assert "x-evil" not in answer.headers
        if answer.status_code == 200 and kind not in UNFILTERED and text not in ("*", "true", "-0"):
            assert answer.json().get("entry") is None, (kind, text, answer.text[:300])
        if control and answer.status_code == 200:
            assert [e["resource"]["id"] for e in answer.json()["entry"]] == control, text


async def test_a_percent_sign_finds_no_more_than_itself(fhir: Fhir) -> None:
    await fhir.house.put(astrid(), {**astrid(), "id": "other", "name": [{"family": "100%_sure"}]})
    for text in ("%", "_", "100%", "%_s"):
        found = await fhir.ids(f"Patient?name:contains={quote(text)}")
        assert found == ["other"], text


HEADERS = (
    {"If-Match": 'W/"\u00b2"'},
    {"If-Match": "W/" + "9" * 5_000},
    {"If-None-Match": "," * 5_000},
    {"If-Modified-Since": "x" * 5_000},
    {"If-Modified-Since": "Mon, 99 Jan 99999 00:00:00 GMT"},
    {"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 -1400"},
    {"If-Modified-Since": "Sat, 01 Jan 0001 00:00:00 +2359"},
    {"Accept": ",".join(["a/b;q=0.1"] * 2_000)},
    {"Accept": "*/*;q=nan"},
    {"Prefer": ";" * 5_000},
    {"Prefer": "return=\u00e6"},
    {"Host": "evil.example/x?y"},
    {"Host": "evil.example\t"},
    {"Accept-Language": "," * 5_000},
    {"If-None-Exist": "name=" + "x," * 3_000},
    {"If-None-Exist": "name=%ff&%00=%00"},
    {"If-None-Exist": "\u00b2"},
    {"Content-Type": "application/fhir+json;charset=" + "x" * 5_000},
    {"Content-Type": "\u00e6"},
    {"Content-Length": "\u00b2"},
    {"X-Forwarded-Host": "evil.example"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"Content-Encoding": "identity, gzip"},
)


async def test_odd_headers_change_nothing(fhir: Fhir) -> None:
    await fhir.house.put(astrid())
    for given in HEADERS:
        await oddly(fhir, given)


async def oddly(fhir: Fhir, given: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in given.items()]
    auth = [(b"Authorization", b"Bearer system")]
    kind = [] if "Content-Type" in given else [(b"Content-Type", b"application/fhir+json")]
    for method, path, body in (
        ("GET", "Patient/astrid", None),
        ("PUT", "Patient/astrid", astrid()),
        ("POST", "Patient", None),
    ):
        content = b"" if body is None else json.dumps(body).encode()
        asked = fhir.client.request(
            method,
            f"/fhir/{path}",
            headers=[*auth, *raw, *(kind if method != "GET" else [])],
            content=content,
        )
        answer = await quickly(asked, f"{method} {given}")
        assert answer.status_code < 500, (method, given, answer.text[:300])
        assert "evil.example" not in answer.text + str(answer.headers)
    assert (await fhir.ask("GET", "Patient/astrid")).status_code == 200


async def test_no_address_in_the_data_is_ever_fetched(fhir: Fhir) -> None:
    hits = 0

    async def canary(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hits
        hits += 1
        writer.close()

    server = await asyncio.start_server(canary, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    lure = {
        "resourceType": "Patient",
        "id": "lure",
        "meta": {"profile": [url], "source": url},
        "implicitRules": url,
        "photo": [{"contentType": "image/png", "url": url}],
        "extension": [{"url": url, "valueUrl": url}],
        "link": [{"type": "seealso", "other": {"reference": url}}],
        "managingOrganization": {"reference": url},
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><img src="{url}" alt=""/></div>',
        },
    }
    document = {
        "resourceType": "Parameters",
        "parameter": [{"name": "profile", "valueUri": url}, {"name": "resource", "resource": lure}],
    }
    include = {
        "resourceType": "ValueSet",
        "status": "active",
        "compose": {"include": [{"system": url}, {"valueSet": [url]}]},
    }
    asked = (
        ("PUT", "Patient/lure", lure),
        ("POST", "Patient/$validate", lure),
        ("POST", "Patient/$validate", document),
        ("GET", f"Patient/lure/$validate?profile={url}", None),
        ("GET", f"ValueSet/$expand?url={url}", None),
        ("GET", f"ValueSet/$validate-code?url={url}&system={url}&code=x", None),
        ("GET", f"CodeSystem/$lookup?system={url}&code=x", None),
        (
            "POST",
            "ValueSet/$expand",
            {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": include}]},
        ),
        ("GET", f"Patient?_profile={url}&organization={url}&_include=*", None),
        ("GET", f"Observation?code:in={url}", None),
        ("GET", "Patient/lure/$everything", None),
        (
            "POST",
            "",
            {
                "resourceType": "Bundle",
                "type": "batch",
                "entry": [{"request": {"method": "GET", "url": url}}],
            },
        ),
    )
    for method, path, body in asked:
        answer = await fhir.ask(method, path, body)
        assert answer.status_code < 500, (method, path, answer.text[:300])
    assert (await fhir.ask("GET", "Patient/lure")).status_code == 200
    server.close()
    assert hits == 0


async def test_a_batch_is_not_answered_with_a_flood(fhir: Fhir) -> None:
    await fhir.house.put(
        *(
            {**astrid(), "id": f"big{n}", "photo": [{"contentType": "image/png", "data": "AAAA" * 250_000}]}
            for n in range(3)
        )
    )
    search = {"request": {"method": "GET", "url": "Patient?name=Bakken"}}
    batch = {"resourceType": "Bundle", "type": "batch", "entry": [search] * 40}
    answer = await fhir.ask("POST", "", batch)
    assert answer.status_code == 200
    said = [e["response"]["status"][:3] for e in answer.json()["entry"]]
    assert said[0] == "200" and said[-1] == "413"
    assert len(answer.content) < 40_000_000
    answer = await fhir.ask("POST", "", {**batch, "type": "transaction"})
    assert answer.status_code == 413


async def test_a_nurse_learns_nothing_from_refused_content(fhir: Fhir) -> None:
    """The same as for everyone: who may write nothing here is not told more by writing badly."""
    await fhir.house.put(astrid(), decision_for("astrid"))
    for name in ("json: name twice", "bundle: 10,000 wrong", "xml: external entity"):
        kind, path, body = REFUSED[name]()
        answer = await fhir.ask("POST", path, body, who="ida", **({"Content_Type": kind} if kind else {}))
        assert 400 <= answer.status_code < 500
        assert MARK not in answer.text
