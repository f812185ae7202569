"""Screens around who may see: emergency, own word, why, the officer's reviews, closings and powers of attorney."""

import re
from typing import Any

import httpx
import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.fhir.codec import json
from akson.fhir.search.query import Query, ReferenceValue, Sort, Term, TokenValue
from akson.record.acts import closing
from akson.record.values import Change
from tests.web.conftest import Rooms

FIELD = re.compile(r'name="token" value="([0-9a-f]{64})"')


async def sent(client: httpx.AsyncClient, page: str, path: str, **fields: str) -> httpx.Response:
    """A form as the page at `page` would send it."""
    token = FIELD.search((await client.get(page, follow_redirects=True)).text)
    assert token is not None, page
    return await client.post(path, data={"token": token[1], **fields})


async def a_person(rooms: Rooms, place: int) -> dict[str, Any]:
    """One of the demo's citizens, whom nobody at the emergency ward has anything to do with."""
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    found = await session.search(Query("Patient", sort=(Sort("_id", "id"),), count=30))
    ordinary = [json.parse(v.body or b"{}") for v in found.matches if v.id.startswith("c00")]
    return ordinary[place]


async def test_an_emergency_takes_three_interactions_and_is_told(rooms: Rooms) -> None:
    person = await a_person(rooms, 0)
    number, id = person["identifier"][0]["value"], person["id"]
    nadia = rooms.visitor("nadia")
    assert (await nadia.get(f"/pasient/{id}")).status_code == 404
    found = await sent(nadia, "/nodtilgang", "/nodtilgang", q=number)
    assert person["name"][0]["family"] in found.text and f"/nodtilgang/{id}/apne" in found.text
    assert person["address"][0]["line"][0] not in found.text
    opened = await sent(nadia, "/nodtilgang", f"/nodtilgang/{id}/apne", grunn="unconscious")
    assert (opened.status_code, opened.headers["location"]) == (303, f"/nodtilgang/{id}")
    page = (await nadia.get(f"/nodtilgang/{id}")).text
    for part in (
        "Nødtilgang",
        "4 t 0 min",
        "Allergier",
        "Legemidler i bruk",
        "Planen",
        "Pårørende",
        "Siste kontakter",
    ):
        assert part in page, part
    # Ordinary care is not opened by it, nor anybody else.
    assert (await nadia.get(f"/pasient/{id}")).status_code == 404
    assert (await rooms.visitor("probe-nurse").get(f"/nodtilgang/{id}")).headers[
        "location"
    ] == "/nodtilgang?slutt"


async def test_by_name_and_birth_date_and_never_by_less(rooms: Rooms) -> None:
    nadia = rooms.visitor("nadia")
    assert (
        "Astrid Bakken"
        in (await sent(nadia, "/nodtilgang", "/nodtilgang", q="Astrid Bakken 12.05.1942")).text
    )
    assert (
        "Astrid Bakken"
        in (await sent(nadia, "/nodtilgang", "/nodtilgang", q="bakken, astrid 12 05 1942")).text
    )
    for less in ("Astrid", "Astrid 12.05.1942", "12.05.1942", "Astrid Bakken", ""):
        answer = await sent(nadia, "/nodtilgang", "/nodtilgang", q=less)
        assert answer.status_code == 422 and "/apne" not in answer.text, less


async def test_blocked_and_unknown_look_alike_on_the_way(rooms: Rooms) -> None:
    """Bjarne has blocked Siri."""
    siri = rooms.visitor("siri")
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    bjarne = json.parse((await session.read("Patient", "bjarne")).body or b"{}")
    number = bjarne["identifier"][0]["value"]
    pages = [
        (await sent(siri, "/nodtilgang", "/nodtilgang", q=q)).text.replace(q, "?")
        for q in (number, "01010199999")
    ]
    assert pages[0] == pages[1] and "Solli" not in pages[0]
    for path in ("/nodtilgang/{}/apne", "/pasient/{}/helsehjelp", "/pasient/{}/sperre"):
        told = [
            await sent(siri, "/nodtilgang", path.format(id), grunn="other", tekst="Trenger hjelp")
            for id in ("bjarne", "finnes-ikke")
        ]
        assert [t.status_code for t in told] == [404, 404] and told[0].content == told[1].content
    for path in ("/pasient/{}", "/pasient/{}/hvorfor", "/pasient/{}/helsehjelp", "/pasient/{}/sperre"):
        told = [await siri.get(path.format(id)) for id in ("bjarne", "finnes-ikke")]
        assert told[0].status_code == told[1].status_code and told[0].content == told[1].content, path


async def test_the_ground_must_be_stated(rooms: Rooms) -> None:
    nadia = rooms.visitor("nadia")
    for fields in ({}, {"grunn": "other"}, {"grunn": "other", "tekst": "  "}, {"grunn": "nysgjerrig"}):
        answer = await sent(nadia, "/nodtilgang", "/nodtilgang/astrid/apne", **fields)
        assert answer.status_code == 422 and "AKS-WEB-040" in answer.text
    assert (await nadia.get("/nodtilgang/astrid")).status_code == 303


@pytest.mark.parametrize("who", ["kari", "per", "mats", "arne"])
async def test_other_roles_are_told_that_it_is_not_theirs(rooms: Rooms, who: str) -> None:
    page = await rooms.visitor(who).get("/nodtilgang")
    assert "Rollen din har ikke nødtilgang" in page.text
    answer = await sent(rooms.visitor(who), "/innboks", "/nodtilgang", q="12854200281")
    assert answer.status_code == 403 and "Bakken" not in answer.text


async def test_a_refusal_leads_on_without_naming_anybody(rooms: Rooms) -> None:
    omar = rooms.visitor("omar")
    refused = await omar.get("/pasient/astrid")
    assert refused.status_code == 404 and "?hvorfor" in refused.text and "/pasient/astrid" not in refused.text
    onward = await omar.get("/pasient/astrid?hvorfor")
    assert onward.headers["location"] == "/pasient/astrid/hvorfor"
    why = (await omar.get("/pasient/astrid/hvorfor")).text
    assert "Hvorfor ikke?" in why and "tjenestevedtak" in why and "AKS-RULE-NO-RELATION" in why
    assert (await omar.get("/pasient/astrid?helsehjelp")).headers["location"] == "/pasient/astrid/helsehjelp"
    assert "Bakken" not in why


async def test_why_i_see_this(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    assert "/pasient/astrid/hvorfor" in (await ida.get("/pasient/astrid")).text
    why = (await ida.get("/pasient/astrid/hvorfor")).text
    assert "Hvorfor ser jeg dette?" in why and "Aktiv tjeneste" in why and "helsepersonelloven" in why


async def test_a_declared_relation_opens_the_record_for_her_alone(rooms: Rooms) -> None:
    person = await a_person(rooms, 1)
    path = f"/pasient/{person['id']}"
    doctor = rooms.visitor("nadia")
    assert (await doctor.get(path)).status_code == 404
    unstated = await sent(doctor, f"{path}/helsehjelp", f"{path}/helsehjelp", grunn="other", timer="4")
    assert unstated.status_code == 422
    done = await sent(doctor, f"{path}/helsehjelp", f"{path}/helsehjelp", grunn="present", timer="4")
    assert (done.status_code, done.headers["location"]) == (303, path)
    page = await doctor.get(path)
    assert page.status_code == 200 and "egenerklært relasjon" in page.text
    assert (await rooms.visitor("probe-nurse").get(path)).status_code == 404


async def test_a_restriction_is_lifted_with_a_ground_outside_an_emergency(rooms: Rooms) -> None:
    """Ida has the patient, who has restricted all of it. Omar has not: he gets the answer of nobody."""
    ida, omar = rooms.visitor("ida"), rooms.visitor("omar")
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    page = (await session.search(Query("EpisodeOfCare", count=200))).matches
    bodies = [json.parse(version.body or b"{}") for version in page]
    id = next(
        b["patient"]["reference"].removeprefix("Patient/")
        for b in bodies
        if b["managingOrganization"]["reference"] == "Organization/hjemmetjenesten-ost"
        and b["status"] == "active"
        and b["patient"]["reference"].startswith("Patient/c00")
    )
    path = f"/pasient/{id}"
    assert (await ida.get(path)).status_code == 200
    restricted = closing.consent(id, "", closing.Closing("restrict", roles=("nurse",)), {}, "2026-01-01")
    await session.commit([Change("POST", "Consent", resource=restricted)])
    refused = await ida.get(path)
    assert refused.status_code == 404 and 'href="?sperre"' in refused.text and id not in refused.text
    unstated = await sent(ida, f"{path}/sperre", f"{path}/sperre", grunn="other")
    assert unstated.status_code == 422
    nobodys = await sent(omar, f"{path}/sperre", f"{path}/sperre", grunn="necessary")
    unknown = await sent(
        omar, "/pasient/finnes-ikke/sperre", "/pasient/finnes-ikke/sperre", grunn="necessary"
    )
    assert nobodys.status_code == unknown.status_code == 404
    done = await sent(ida, f"{path}/sperre", f"{path}/sperre", grunn="necessary")
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert (await ida.get(path)).status_code == 200
    assert (await rooms.visitor("siri").get(path)).status_code == 404
    (told,) = (await session.search(Query("Communication", (
        Term("subject", "reference", None, (ReferenceValue("Patient", id),)),
        Term("category", "token", None, (TokenValue(None, "lifted"),)),
    )))).matches  # fmt: skip
    assert b"Ida Nilsen" in (told.body or b"")
    per = await rooms.visitor("per").get("/innboks")
    assert "Opphevet sperre" in per.text or "opphevet sperre" in per.text


async def test_the_officer_reviews_and_the_citizen_is_told(rooms: Rooms) -> None:
    nadia, per, astrid = rooms.visitor("nadia"), rooms.visitor("per"), rooms.visitor("astrid")
    await sent(nadia, "/nodtilgang", "/nodtilgang/astrid/apne", grunn="life", tekst="Falt hjemme")
    mine = (await astrid.get("/min")).text
    assert (
        "Beskjed til deg" in mine and "Nadia Berg (lege, Storvik legevakt)" in mine and "Falt hjemme" in mine
    )
    log = (await astrid.get("/min/tilgangslogg")).text
    assert "Åpnet journalen med nødtilgang" in log
    inbox = (await per.get("/innboks")).text
    assert "Åpnet med begrunnelse: vurder" in inbox and "Vurdere: nødtilgang: Astrid Bakken" in inbox
    item = re.search(
        r'action="/kontroll/([^"]+)">.*?name="versjon" value="(\d+)"',
        inbox[inbox.index("Astrid Bakken") :],
        re.S,
    )
    assert item is not None
    fields = {"versjon": item[2], "utfall": "justified", "tekst": "Avklart"}
    assert (await sent(per, "/innboks", f"/kontroll/{item[1]}", versjon=item[2])).status_code == 422
    for who in ("ida", "mats"):
        assert (
            await sent(rooms.visitor(who), "/innboks", f"/kontroll/{item[1]}", **fields)
        ).status_code == 403
    done = await sent(per, "/innboks", f"/kontroll/{item[1]}", **fields)
    assert done.headers["location"] == "/innboks?sagt=vurdert"
    assert f"/kontroll/{item[1]}" not in (await per.get("/innboks")).text
    assert "Begrunnelsen holder" in (await astrid.get("/min/tilgangslogg")).text


async def test_the_citizen_closes_and_opens_again(rooms: Rooms) -> None:
    astrid, siri = rooms.visitor("astrid"), rooms.visitor("siri")
    assert "Du har ingen sperringer." in (await astrid.get("/min/sperringer")).text
    assert (await siri.get("/pasient/astrid")).status_code == 200
    found = (await astrid.get("/min/sperringer?navn=Siri")).text
    assert "Practitioner/siri" in found and "Vi fant: Siri Dahl" in found
    for wrong in ({}, {"hvem": "Practitioner/siri"}, {"hvem": "konge", "hva": "alt", "mate": "block"}):
        answer = await sent(astrid, "/min/sperringer", "/min/sperringer", **wrong)
        assert answer.status_code == 422 and "Ingenting er endret" in answer.text
    done = await sent(
        astrid, "/min/sperringer", "/min/sperringer", hvem="Practitioner/siri", hva="alt", mate="block"
    )
    assert done.headers["location"] == "/min/sperringer?sagt=ny"
    page = (await astrid.get("/min/sperringer")).text
    assert "Blokkert: Siri Dahl" in page
    assert (await siri.get("/pasient/astrid")).status_code == 404
    assert "Bakken" not in (await sent(siri, "/nodtilgang", "/nodtilgang", q="12854200281")).text
    marit = await rooms.visitor("marit").get("/min/sperringer")
    assert "Blokkert: Siri Dahl" in marit.text and "/opphev" not in marit.text
    ended = re.search(r'action="(/min/sperringer/[^"]+/opphev)"', page)
    assert ended is not None
    assert (await sent(astrid, "/min/sperringer", ended[1])).headers[
        "location"
    ] == "/min/sperringer?sagt=slutt"
    assert (await siri.get("/pasient/astrid")).status_code == 200
    assert "Du har ingen sperringer." in (await astrid.get("/min/sperringer")).text


async def test_the_citizen_says_where_her_data_may_be_shared(rooms: Rooms) -> None:
    astrid, path = rooms.visitor("astrid"), "/min/sperringer"

    async def says(choice: str) -> str:
        answer = await sent(astrid, path, f"{path}/deling", deling=choice)
        assert answer.headers["location"] == f"{path}?sagt=deling"
        page = (await astrid.get(path)).text
        assert re.findall(r'name="deling" value="([a-z-]+)" required checked', page) == [choice]
        return page

    assert "Alle utenfor kommunen" not in await says("no-central")
    page = await says("no-sharing")
    assert page.count("Blokkert: Alle utenfor kommunen") == 1, "one stands, whatever she said before"
    assert (await rooms.visitor("siri").get("/pasient/astrid")).status_code == 200, (
        "at home nothing is closed"
    )
    marit = rooms.visitor("marit")
    assert "/deling" not in (await marit.get(path)).text
    assert (await sent(marit, "/min", f"{path}/deling", deling="alt")).status_code == 403
    assert (await sent(astrid, path, f"{path}/deling", deling="kanskje")).status_code == 422
    assert "Alle utenfor kommunen" not in await says("alt")


async def test_who_acts_for_whom(rooms: Rooms) -> None:
    marit = (await rooms.visitor("marit").get("/min/fullmakter")).text
    assert "Du representerer" in marit and "Astrid Bakken" in marit and "helseopplysninger" in marit
    astrid = (await rooms.visitor("astrid").get("/min/fullmakter")).text
    assert "De som har fullmakt fra deg" in astrid and "Marit Bakken" in astrid
    assert "fullmakt" in (await rooms.visitor("marit").get("/min")).text


async def test_a_mother_sees_as_a_parent(rooms: Rooms) -> None:
    page = (await rooms.visitor("hanne").get("/min")).text
    assert "Emil Strand" in page and "foreldreansvar" in page
    assert "foreldreansvar" in (await rooms.visitor("hanne").get("/min/fullmakter")).text


async def test_a_protected_address_is_shown_as_nothing(rooms: Rooms) -> None:
    page = (await rooms.visitor("omar").get("/pasient/ellen")).text
    assert "Haug" in page and "<dt>Adresse</dt>" not in page and "<dt>Tlf.</dt>" not in page


async def test_an_answer_that_is_held_back_is_not_the_citizens_yet(rooms: Rooms) -> None:
    query = Query("Observation", (Term("_id", "id", None, (TokenValue(None, "astrid-biopsi"),)),))
    for who, purpose, seen in (
        ("ida", PurposeOfUse.TREATMENT, 1),
        ("astrid", PurposeOfUse.PATIENT_REQUEST, 0),
        ("marit", PurposeOfUse.PATIENT_REQUEST, 0),
    ):
        found = await rooms.record.open(CAST[who], purpose).search(query)
        assert len(found.matches) == seen, who


async def test_a_nurse_is_refused_her_own_record(rooms: Rooms) -> None:
    siri = rooms.visitor("siri")
    assert (await siri.get("/pasient/siri-dahl")).status_code == 404
    assert "Dahl" not in (
        await sent(siri, "/nodtilgang", "/nodtilgang/siri-dahl/apne", grunn="life")
    ).text.replace("Siri Dahl, sykepleier", "").replace("<strong>Siri Dahl</strong>", "")
    assert (await rooms.visitor("ida").get("/pasient/siri-dahl")).status_code == 200
