"""Who has looked: the citizen sees everyone, staff themselves, the privacy officer all."""

import pytest

import akson_verify
from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.fhir.problem import Problem, ProblemKind
from akson.store.follow_up_cases import NewCase
from tests.web.conftest import Rooms
from tests.web.stage import task
from tests.web.test_patient_pages import words


async def test_astrids_log_shows_ida_with_her_reason_and_omar_refused(rooms: Rooms) -> None:
    await rooms.visitor("ida").get("/pasient/astrid")
    await rooms.visitor("omar").get("/pasient/astrid")
    read = words((await rooms.visitor("astrid").get("/min/tilgangslogg")).text)
    assert "Ida Nilsen sykepleier, Hjemmetjenesten Øst Så i journalen" in read
    assert "Hjemmetjenesten Øst gir deg helsehjelp" in read
    assert (
        "Omar Haddad sykepleier, Hjemmetjenesten Vest Avvist Prøvde å åpne journalen. Ingenting ble vist."
        in read
    )


async def test_a_list_is_told_as_a_list(rooms: Rooms) -> None:
    # An item of its own: other tests end those of the demo.
    await rooms.put(task("i-listen", "astrid") | {"priority": "urgent"})
    assert "i-listen" in (await rooms.visitor("siri").get("/innboks")).text
    read = words((await rooms.visitor("astrid").get("/min/tilgangslogg")).text)
    assert "Siri Dahl sykepleier, Hjemmetjenesten Øst Så opplysninger i en liste eller et søk" in read


async def test_the_daughter_reads_it_in_her_mothers_name(rooms: Rooms) -> None:
    marit = rooms.visitor("marit")
    assert "Astrid Bakken" in (await marit.get("/min")).text
    assert "journalen til Astrid Bakken" in (await marit.get("/min/tilgangslogg")).text
    refused = await marit.get("/min?for=skurk")
    assert refused.status_code == 404 and "/sok" not in refused.text and "/min" in refused.text


async def test_staff_see_their_own_looks_and_the_officer_everyones(rooms: Rooms) -> None:
    await rooms.visitor("siri").get("/pasient/astrid")
    hers = words((await rooms.visitor("ida").get("/pasient/astrid/tilgangslogg")).text)
    assert "Ida Nilsen" in hers and "Siri Dahl" not in hers
    per = rooms.visitor("per")
    token = (await per.get("/tilgangslogg")).text.split('name="token" value="', 1)[1].split('"', 1)[0]
    answer = await per.post("/tilgangslogg", data={"token": token, "journal": " astrid "})
    assert answer.headers["location"] == "/pasient/astrid/tilgangslogg"
    his = await per.get(answer.headers["location"])
    assert "Siri Dahl" in his.text and "Ida Nilsen" in his.text
    assert "Fjordveien" not in his.text and "penicillin" not in his.text
    wrong = await per.post("/tilgangslogg", data={"token": token, "journal": "å/<b>"})
    assert "Ingen journal kan ha denne ID-en" in wrong.text and 'value="å/&lt;b&gt;"' in wrong.text


async def test_only_the_officer_has_the_way_in(rooms: Rooms) -> None:
    assert (await rooms.visitor("ida").get("/tilgangslogg")).status_code == 403


async def test_the_log_goes_on_where_a_page_ends(rooms: Rooms) -> None:
    ida = rooms.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
    for _ in range(3):
        await ida.read("Patient", "langnavn")
    for asked in ("1", "0", "999999999999999999", "-1", "x", "1e9", "9" * 40):
        answer = await rooms.visitor("astrid").get("/min/tilgangslogg", params={"eldre": asked})
        assert answer.status_code == 200, asked
    first = await rooms.visitor("astrid").get("/min/tilgangslogg?eldre=0")
    assert "Det står ikke mer i loggen." in first.text and "Vis de nyeste" in first.text


async def test_a_glance_at_the_inbox_does_not_hide_what_is_new(rooms: Rooms) -> None:
    """«Siden ditt siste oppslag» is since the record was open, not since a list named the patient."""
    grete = rooms.record.open(CAST["grete"], PurposeOfUse.TREATMENT)
    await rooms.visitor("grete").get("/sok?q=Astrid")
    later = rooms.record.clock.now()
    assert await grete.last_access("astrid", before=later) is None
    await rooms.visitor("grete").get("/pasient/astrid")
    assert await grete.last_access("astrid", before=rooms.record.clock.now()) is not None


async def test_a_proof_is_downloaded_and_holds(rooms: Rooms) -> None:
    await rooms.visitor("omar").get("/pasient/astrid")
    page = await rooms.visitor("astrid").get("/min/tilgangslogg")
    assert 'href="/min/tilgangslogg/bevis" download' in page.text
    answer = await rooms.visitor("astrid").get("/min/tilgangslogg/bevis")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith('attachment; filename="bevis-')
    said = akson_verify.check(answer.content)
    assert said.accepted, said.lines
    assert any("(avvist)  Omar Haddad" in line for line in said.events)
    assert "Astrid Bakken" in said.events[-1], "that the proof was made stands in it"
    assert not akson_verify.check(answer.content.replace(b"A", b"B", 1)).accepted


async def test_a_proof_of_another_is_hidden_as_the_log_is(rooms: Rooms) -> None:
    assert (await rooms.visitor("marit").get("/min/tilgangslogg/bevis")).status_code == 200
    assert (await rooms.visitor("astrid").get("/min/tilgangslogg/bevis?for=bjarne")).status_code == 404
    assert (await rooms.visitor("ida").get("/min/tilgangslogg/bevis")).status_code == 403
    for who in ("ida", "grete", "omar"):
        with pytest.raises(Problem) as hidden:
            await rooms.record.open(CAST[who], PurposeOfUse.TREATMENT).log_proof("astrid")
        assert hidden.value.kind is ProblemKind.NOT_FOUND
    proof = await rooms.record.open(CAST["per"], PurposeOfUse.TREATMENT).log_proof("astrid")
    assert akson_verify.check(proof).accepted


async def test_the_page_that_checks_needs_no_login_and_no_house(rooms: Rooms) -> None:
    for name, said in (("", "Kontroller et bevis"), ("verify.js", "AksonVerify"), ("verify.css", "main")):
        answer = await rooms.visitor("").get(f"/verifiser/{name}")
        assert answer.status_code == 200 and said in answer.text
        assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "/static/" not in (await rooms.visitor("").get("/verifiser/")).text
    assert (await rooms.visitor("").get("/verifiser/%2e%2e/build.py")).status_code == 404


async def test_the_officer_searches_the_whole_log(rooms: Rooms) -> None:
    await rooms.visitor("omar").get("/pasient/astrid")
    per = rooms.visitor("per")
    empty = (await per.get("/tilgangslogg/sok")).text
    assert "Søket logges" in empty and "Treff" not in empty
    found = words((await per.get("/tilgangslogg/sok?ansatt=omar&utfall=deny&enhet=vest")).text)
    assert "Omar Haddad omar sykepleier, Hjemmetjenesten Vest" in found and "Ida Nilsen" not in found
    assert "Ingen oppslag passer" in (await per.get("/tilgangslogg/sok?ansatt=omar&til=2020-01-01")).text
    assert "Datoen finnes ikke" in (await per.get("/tilgangslogg/sok?fra=2026-02-31")).text


@pytest.mark.parametrize("path", ["/tilgangslogg/sok?ansatt=omar", "/tilgangslogg/saker"])
@pytest.mark.parametrize("who", ["ida", "arne"])
async def test_search_and_cases_are_for_the_officer(rooms: Rooms, path: str, who: str) -> None:
    answer = await rooms.visitor(who).get(path)
    assert answer.status_code == 403 and "AKS-WEB-030" in answer.text


async def test_a_case_is_shown_with_its_reasons_and_closed(rooms: Rooms) -> None:
    now = rooms.record.clock.now()
    case = NewCase(
        tenant=1,
        kind="neighbour",
        actor="omar",
        subject="astrid",
        name="Omar <b>Haddad",
        unit="Hjemmetjenesten Vest",
        patients=("astrid",),
        score=7.5,
        reasons=("Pasienten er nabo.", "Ingenting ble skrevet."),
        first=now,
        last=now,
    )
    await rooms.record.log.rows.cases.keep([case], now)
    per = rooms.visitor("per")
    page = (await per.get("/tilgangslogg/saker")).text
    assert "Nabo: Omar &lt;b&gt;Haddad" in page and "Pasienten er nabo." in page and "ikke en dom" in page
    token = page.split('name="token" value="', 1)[1].split('"', 1)[0]
    id = page.split('name="sak" value="', 1)[1].split('"', 1)[0]
    closed = await per.post("/tilgangslogg/sak", data={"token": token, "sak": id, "svar": "Feil navn."})
    assert closed.status_code == 303
    assert "Ingen saker venter" in (await per.get("/tilgangslogg/saker")).text
