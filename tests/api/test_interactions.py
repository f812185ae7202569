"""Each interaction over HTTP: statuses, headers, conditions. One of the cast is refused in every flow."""

import pytest

from tests.api.conftest import Fhir
from tests.record.conftest import astrid, decision_for, pulse

WEIGHT = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"text": "vekt"},
    "subject": {"reference": "Patient/astrid"},
}


async def people(fhir: Fhir) -> None:
    await fhir.house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))


async def test_create_read_update_delete_and_what_remains(fhir: Fhir) -> None:
    await people(fhir)
    made = await fhir.ask("POST", "Observation", WEIGHT, who="ida")
    assert made.status_code == 201 and made.headers["ETag"] == 'W/"1"' and made.json()["id"]
    assert made.headers["Location"].endswith("/_history/1") and made.headers["Last-Modified"].endswith("GMT")
    place = f"Observation/{made.json()['id']}"
    assert (await fhir.ask("GET", place, who="ida")).json()["code"]["text"] == "vekt"
    hidden = await fhir.ask("GET", place, who="omar")
    missing = await fhir.ask("GET", "Observation/never-was", who="omar")
    assert hidden.status_code == 404 and hidden.content == missing.content
    changed = {**made.json(), "code": {"text": "vekt i kg"}}
    stale = await fhir.ask("PUT", place, changed, who="ida", If_Match='W/"7"')
    assert stale.status_code == 412
    put = await fhir.ask("PUT", place, changed, who="ida", If_Match='W/"1"')
    assert put.status_code == 200 and put.headers["ETag"] == 'W/"2"'
    again = await fhir.ask("PUT", place, changed, who="ida")
    assert again.headers["ETag"] == 'W/"2"', "the very same makes no version"
    assert (await fhir.ask("GET", f"{place}/_history/1", who="ida")).json()["code"]["text"] == "vekt"
    assert (await fhir.ask("DELETE", place, who="ida")).status_code == 204
    assert (await fhir.ask("GET", place, who="ida")).status_code == 410
    history = (await fhir.ask("GET", f"{place}/_history", who="ida")).json()
    assert [e["request"]["method"] for e in history["entry"]] == ["DELETE", "PUT", "POST"]
    assert history["type"] == "history" and history["total"] == 3
    assert (await fhir.ask("GET", f"{place}/_history", who="omar")).status_code == 404


async def test_conditions_of_a_read(fhir: Fhir) -> None:
    await people(fhir)
    first = await fhir.ask("GET", "Patient/astrid")
    assert (await fhir.ask("GET", "Patient/astrid", If_None_Match='"9", W/"1"')).status_code == 304
    assert (await fhir.ask("GET", "Patient/astrid", If_None_Match='W/"2"')).status_code == 200
    later = await fhir.ask("GET", "Patient/astrid", If_Modified_Since=first.headers["Last-Modified"])
    assert later.status_code == 304 and later.content == b""
    old = await fhir.ask("GET", "Patient/astrid", If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT")
    assert old.status_code == 200
    assert (await fhir.ask("GET", "Patient/astrid", If_Modified_Since="yesterday")).status_code == 200
    head = await fhir.ask("HEAD", "Patient/astrid")
    assert head.status_code == 200 and head.content == b"" and int(head.headers["Content-Length"]) > 50


async def test_conditional_create_update_and_delete(fhir: Fhir) -> None:
    somebody = {"resourceType": "Patient", "identifier": [{"system": "urn:x", "value": "1"}]}
    first = await fhir.ask("POST", "Patient", somebody, If_None_Exist="identifier=urn:x|1")
    second = await fhir.ask("POST", "Patient", somebody, If_None_Exist="identifier=urn:x|1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    changed = {**somebody, "gender": "female"}
    put = await fhir.ask("PUT", "Patient?identifier=urn:x|1", changed)
    assert put.status_code == 200 and put.json()["id"] == first.json()["id"]
    assert (await fhir.ask("PUT", "Patient", changed)).status_code == 400
    assert (await fhir.ask("DELETE", "Patient")).status_code == 412
    assert (await fhir.ask("DELETE", "Patient?identifier=urn:x|1")).status_code == 204
    assert await fhir.ids("Patient?identifier=urn:x|1") == []


async def test_prefer_says_how_much_comes_back(fhir: Fhir) -> None:
    somebody = {"resourceType": "Patient"}
    quiet = await fhir.ask("POST", "Patient", somebody, Prefer="return=minimal")
    told = await fhir.ask("POST", "Patient", somebody, Prefer="handling=strict; return=OperationOutcome")
    assert quiet.content == b"" and quiet.headers["Location"]
    assert told.json()["resourceType"] == "OperationOutcome"


async def test_a_page_goes_on_and_its_cursor_belongs_to_its_reader(fhir: Fhir) -> None:
    await people(fhir)
    await fhir.house.put(*(pulse(f"p{n}", "astrid", 60 + n) for n in range(5)))
    answer = await fhir.ask("GET", "Observation?patient=astrid&_count=2&_sort=-date", who="ida")
    bundle = answer.json()
    assert bundle["type"] == "searchset" and len(bundle["entry"]) == 2
    seen = [e["resource"]["id"] for e in bundle["entry"]]
    links = {link["relation"]: link["url"] for link in bundle["link"]}
    assert links["self"] == "http://akson.test/fhir/Observation?patient=astrid&_count=2&_sort=-date"
    stolen = await fhir.ask("GET", links["next"].partition("/fhir/")[2], who="probe-nurse")
    assert stolen.status_code == 400 and "AKS-API-010" in stolen.text
    while "next" in links:
        page = (await fhir.ask("GET", links["next"].partition("/fhir/")[2], who="ida")).json()
        seen += [e["resource"]["id"] for e in page["entry"]]
        links = {link["relation"]: link["url"] for link in page["link"]}
    assert sorted(seen) == ["o1", *(f"p{n}" for n in range(5))]


async def test_searches_by_form_and_strictness(fhir: Fhir) -> None:
    await people(fhir)
    form = await fhir.client.post(
        "/fhir/Patient/_search?_count=5",
        data={"name": "bakken"},
        headers={"Authorization": "Bearer ida"},
    )
    assert [e["resource"]["id"] for e in form.json()["entry"]] == ["astrid"]
    assert (await fhir.ask("GET", "Patient?shoe=44", Prefer="handling=strict")).status_code == 400
    lenient = await fhir.ask("GET", "Patient?shoe=44&_id=astrid")
    assert lenient.json()["link"][0]["url"].endswith("Patient?_id=astrid"), "self tells what was understood"
    assert await fhir.ids("Patient?name=bakken", who="omar") == []
    counted = (await fhir.ask("GET", "Patient?_summary=count", who="omar")).json()
    assert counted["total"] == 0 and "entry" not in counted


async def test_parts_of_a_resource_are_marked(fhir: Fhir) -> None:
    await people(fhir)
    found = (await fhir.ask("GET", "Patient?_id=astrid&_elements=birthDate")).json()["entry"][0]["resource"]
    assert "name" not in found and found["meta"]["tag"][0]["code"] == "SUBSETTED"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "", 405),
        ("GET", "", 400),
        ("GET", "Patients", 404),
        ("GET", "patient/astrid", 404),
        ("GET", "Patient/astrid/x/y/z/w", 404),
        ("GET", "Patient/astrid/$everything-else", 404),
        ("GET", "$nothing", 404),
        ("TRACE", "Patient/astrid", 405),
        ("DELETE", "Patient/%2e%2e%2fx", 400),
        ("GET", "Patient/æøå", 404),
        ("GET", "Patient/%ff", 400),
        ("GET", "Patient//astrid", 404),
        ("GET", "Patient?name=%ff", 400),
        ("GET", "Patient?_count=many", 400),
        ("GET", "Patient?_sort=shoe", 400),
        ("GET", "Patient/astrid/_history/x", 404),
        ("GET", "Patient/astrid/_history/99999999999", 404),
        ("GET", "Observation?_cursor=forged", 400),
        ("GET", "Patient?" + "&".join("name=a" for _ in range(300)), 400),
        ("GET", "Patient?name=" + "x" * 20_000, 413),
    ],
)
async def test_odd_addresses_are_answered_clearly(fhir: Fhir, method: str, path: str, status: int) -> None:
    answer = await fhir.ask(method, path)
    assert answer.status_code == status, answer.text
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"][0]["details"]["coding"][0]["code"].startswith("AKS-")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/fhir+json; charset=iso-8859-1"}, 415),
        ({"Content-Type": 'application/json; charset="UTF-8"'}, 201),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Accept": "image/png"}, 406),
        ({"Accept": "image/png, */*;q=0.1"}, 201),
        ({"Accept": "application/fhir+json;q=0"}, 406),
        ({"Accept": "application/fhir+xml"}, 201),
        ({"Content-Type": "application/json-patch+json"}, 415),
        ({"Authorization": "Bearer nobody"}, 401),
    ],
)
async def test_formats(fhir: Fhir, headers: dict[str, str], status: int) -> None:
    given = {name.replace("-", "_"): value for name, value in headers.items()}
    answer = await fhir.ask("POST", "Patient", {"resourceType": "Patient"}, **given)
    assert answer.status_code == status, answer.text


async def test_a_stranger_is_asked_who_before_anything_is_told(fhir: Fhir) -> None:
    for path in ("Patient/astrid", "NoSuchType", "Patient/astrid/nowhere"):
        answer = await fhir.ask("GET", path, who="nobody")
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await fhir.ask("GET", "metadata", who="nobody")).status_code == 200


async def test_a_header_that_counts_stands_once(fhir: Fhir) -> None:
    request = fhir.client.build_request("GET", "/fhir/Patient")
    request.headers = type(request.headers)(
        [("Host", "akson.test"), ("Authorization", "Bearer omar"), ("Authorization", "Bearer system")]
    )
    answer = await fhir.client.send(request)
    assert answer.status_code == 400 and "AKS-API-001" in answer.text


async def test_a_forged_host_is_not_repeated(fhir: Fhir) -> None:
    answer = await fhir.ask("GET", "Patient", Host='evil"><script>')
    assert "evil" not in answer.text


async def test_nothing_is_cached_on_the_way(fhir: Fhir) -> None:
    answer = await fhir.ask("GET", "Patient")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_validate_tells_every_fault_and_stores_nothing(fhir: Fhir) -> None:
    await people(fhir)
    bad = {"resourceType": "Patient", "gender": "unknown-code", "shoe": 44}
    answer = await fhir.ask("POST", "Patient/$validate", bad)
    assert answer.status_code == 200
    assert {i["expression"][0] for i in answer.json()["issue"]} == {"Patient.gender", "Patient.shoe"}
    wrapped = {
        "resourceType": "Parameters",
        "parameter": [{"name": "resource", "resource": {"resourceType": "Patient"}}],
    }
    good = await fhir.ask("POST", "Patient/$validate", wrapped)
    assert {i["severity"] for i in good.json()["issue"]} <= {"information", "warning"}
    standing = await fhir.ask("GET", "Patient/astrid/$validate", who="ida")
    assert {i["severity"] for i in standing.json()["issue"]} <= {"information", "warning"}
    assert (await fhir.ask("GET", "Patient/astrid/$validate", who="omar")).status_code == 404
    assert (await fhir.ask("POST", "Patient/$validate", {"resourceType": "Basic"})).json()["issue"][0][
        "severity"
    ] == "error"
    assert await fhir.ids("Patient") == ["astrid"]


async def test_meta_of_a_resource(fhir: Fhir) -> None:
    await people(fhir)
    answer = await fhir.ask("GET", "Patient/astrid/$meta", who="ida")
    assert answer.json()["parameter"][0]["valueMeta"]["versionId"] == "1"
    assert (await fhir.ask("GET", "Patient/astrid/$meta", who="omar")).status_code == 404


async def test_a_conditional_update_that_names_an_id(fhir: Fhir) -> None:
    one = {"resourceType": "Patient", "id": "named", "identifier": [{"system": "urn:x", "value": "1"}]}
    made = await fhir.ask("PUT", "Patient?identifier=urn:x|1", one)
    assert made.status_code == 201 and made.json()["id"] == "named"
    other = await fhir.ask("PUT", "Patient?identifier=urn:x|1", {**one, "id": "other"})
    assert other.status_code == 400
    taken = await fhir.ask("PUT", "Patient?identifier=urn:x|2", one)
    assert taken.status_code == 409
    ida = [
        await fhir.ask("PUT", "Patient?identifier=urn:x|2", {**one, "id": i}, who="ida")
        for i in ("named", "free")
    ]
    assert {a.status_code for a in ida} == {404}, "taken and free look alike to who may not name ids"


async def test_a_history_is_counted_and_turned_round(fhir: Fhir) -> None:
    await people(fhir)
    await fhir.house.put(pulse("o1", "astrid", 80), pulse("o2", "astrid"))
    counted = (await fhir.ask("GET", "Observation/_history?_summary=count", who="ida")).json()
    assert counted["total"] == 3 and "entry" not in counted
    path, seen = "Observation/_history?_sort=_lastUpdated&_count=1", []
    while path:
        page = (await fhir.ask("GET", path, who="ida")).json()
        seen += [(e["resource"]["id"], e["response"]["etag"]) for e in page["entry"]]
        path = next((u["url"].partition("/fhir/")[2] for u in page["link"] if u["relation"] == "next"), "")
    assert seen == [("o1", 'W/"1"'), ("o1", 'W/"2"'), ("o2", 'W/"1"')]
    assert (await fhir.ask("GET", "Observation/_history?_sort=status")).status_code == 400
