"""XML in and out: the same record, the same answers, for resources, searches, errors and Bundles."""

from lxml import etree

from tests.api.conftest import Fhir
from tests.record.conftest import astrid, decision_for, pulse

XML = "application/fhir+xml"
NAMESPACE = {"f": "http://hl7.org/fhir"}
WEIGHT = (
    '<Observation xmlns="http://hl7.org/fhir"><status value="final"/><code><text value="vekt"/></code>'
    '<subject><reference value="Patient/astrid"/></subject>'
    '<valueQuantity><value value="72.10"/></valueQuantity></Observation>'
)


async def test_a_resource_goes_in_and_comes_out(fhir: Fhir) -> None:
    await fhir.house.put(astrid(), decision_for("astrid"))
    made = await fhir.ask("POST", "Observation", WEIGHT.encode(), who="ida", Content_Type=XML, Accept=XML)
    assert made.status_code == 201 and made.headers["Content-Type"].startswith(XML)
    place = made.headers["Location"].split("/fhir/")[1].split("/_history")[0]
    as_json = await fhir.ask("GET", place, who="ida")
    assert b"72.10" in as_json.content and as_json.json()["code"]["text"] == "vekt"
    for path, headers in (
        (f"{place}?_format=xml", {}),
        (place, {"Accept": "application/xml;q=0.9, image/png"}),
    ):
        root = etree.fromstring((await fhir.ask("GET", path, who="ida", **headers)).content)
        assert root.xpath("string(f:valueQuantity/f:value/@value)", namespaces=NAMESPACE) == "72.10"
    preferred = await fhir.ask("GET", place, who="ida", Accept=f"{XML};q=0.5, application/fhir+json")
    assert preferred.headers["Content-Type"].startswith("application/fhir+json")


async def test_bundles_and_problems_in_xml(fhir: Fhir) -> None:
    await fhir.house.put(astrid(), decision_for("astrid"), pulse("o1", "astrid"))
    found = await fhir.ask("GET", "Observation?patient=astrid&_format=application/fhir+xml", who="ida")
    root = etree.fromstring(found.content)
    assert root.xpath("count(f:entry/f:resource/f:Observation)", namespaces=NAMESPACE) == 1
    missing = await fhir.ask("GET", "Patient/never-was", Accept=XML)
    assert missing.status_code == 404 and b"OperationOutcome" in missing.content
    whole = await fhir.ask("GET", "metadata?_format=xml")
    assert etree.fromstring(whole.content).tag == "{http://hl7.org/fhir}CapabilityStatement"
    sent = (
        f'<Bundle xmlns="http://hl7.org/fhir"><type value="transaction"/><entry><resource>{WEIGHT}</resource>'
        '<request><method value="POST"/><url value="Observation"/></request></entry></Bundle>'
    )
    answer = await fhir.ask("POST", "", sent.encode(), who="ida", Content_Type=XML)
    assert answer.json()["entry"][0]["response"]["status"].startswith("201")


async def test_hostile_xml_is_refused(fhir: Fhir) -> None:
    for body in (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><Patient xmlns="http://hl7.org/fhir"/>',
        b"<a>" * 5_000 + b"</a>" * 5_000,
        b'<Patient xmlns="http://hl7.org/fhir"><shoe value="44"/></Patient>',
        b"<Patient>",
        b"",
    ):
        answer = await fhir.ask("POST", "Patient", body, Content_Type=XML)
        assert 400 <= answer.status_code < 500, (body[:40], answer.text)
    assert await fhir.ids("Patient") == []
