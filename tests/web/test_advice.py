"""«Råd»: what is said, what is set aside and by whom, and an outside service that answers, is slow, or is asked too much."""

import html
import json
import re
from functools import partial
from typing import Any

import pytest
from aiohttp import web as http
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette

from akson import web
from akson.access.actor import PurposeOfUse
from akson.app import advisers
from akson.app.cast import CAST
from akson.care.decisionsupport import asking
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.web.shell.access_lines import days
from akson.web.shell.house import NodeName
from akson.world import SystemClock, SystemRandom
from akson_lab.adviser import SERVICE, Adviser
from tests.care.decisionsupport.test_advice import statement
from tests.web.conftest import Rooms
from tests.web.stage import helped

PATH = "/pasient/raad/raad"


def _page(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text.split("<main", 1)[-1])).split())


def _fields(text: str, key: str) -> dict[str, str]:
    for body in re.findall(r'<form method="post" action="/pasient/raad/raad">(.*?)</form>', text, re.S):
        found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', body))
        if html.unescape(found["raad"]).startswith(key):
            return {name: html.unescape(value) for name, value in found.items()}
    raise AssertionError(f"no form for {key}")


@pytest.fixture(autouse=True)
async def _her(rooms: Rooms) -> None:
    """A patient of these tests alone."""
    name = {"use": "official", "family": "Bakkesen", "given": ["Astrid"]}
    her = {
        "resourceType": "Patient",
        "id": "raad",
        "birthDate": "1942-03-14",
        "gender": "female",
        "name": [name],
    }
    await rooms.put(her, helped("raad"))


async def _drugs(rooms: Rooms) -> None:
    """Ibuprofen beside warfarin, as somebody wrote them down; the page must say so whatever else she takes."""
    for number, told in (
        (1, ("Ibuprofen", "M01AE01", "400 mg", "1 tabl x 3")),
        (2, ("Warfarin", "B01AA03", "2,5 mg", "etter INR")),
    ):
        row = statement(number, *told)
        await rooms.put({**row, "id": f"advice-{number}", "subject": {"reference": "Patient/raad"}})


async def test_it_says_what_why_and_by_which_source_and_is_set_aside_with_a_reason(rooms: Rooms) -> None:
    await _drugs(rooms)
    ida = rooms.visitor("ida")
    first = await ida.get(PATH)
    assert first.status_code == 200, first.text
    said = _page(first.text)
    assert "Ibuprofen sammen med Warfarin" in said and "STOPP versjon 2, C10" in said
    fields = _fields(first.text, "nsaid-anticoagulant")
    silent = await ida.post(PATH, data={**fields, "kommentar": ""})
    assert silent.status_code == 422 and "Velg hvorfor" in _page(silent.text)
    wordless = await ida.post(PATH, data={**fields, "grunn": "wrong", "kommentar": " "})
    assert wordless.status_code == 422 and "Skriv hvorfor" in _page(wordless.text)
    kept = await ida.post(PATH, data={**fields, "grunn": "known", "kommentar": "Avklart med fastlegen"})
    assert kept.status_code == 303, kept.text
    after = _page((await ida.get(PATH)).text)
    assert "Kjent og avklart med lege : Avklart med fastlegen" in after.replace("lege:", "lege :")
    assert "råd er satt til side" in after and "Ida Nilsen" in after
    found = await rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS).search(
        parse("DetectedIssue", [("patient", "Patient/raad")])
    )
    issue = json.loads(found.matches[0].body or b"{}")
    assert issue["code"]["coding"][0]["code"] == "nsaid-anticoagulant"
    assert issue["mitigation"][0]["author"]["reference"] == "Practitioner/ida"


async def test_who_has_no_relation_sees_nothing_and_a_case_worker_no_drugs(rooms: Rooms) -> None:
    assert (await rooms.visitor("omar").get(PATH)).status_code == 404
    page = await rooms.visitor("kari").get(PATH)
    assert "Warfarin" not in page.text and "Ibuprofen" not in page.text


@pytest.fixture
async def outside() -> Any:
    """Somebody else's service on loopback, and what signs our calls to it."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = http.Application()
    made.add_routes([http.get("/jwks.json", partial(_keys, key))])
    keys = http.AppRunner(made)
    await keys.setup()
    await http.TCPSite(keys, "127.0.0.1", 0).start()
    adviser = Adviser(f"http://127.0.0.1:{keys.addresses[0][1]}/jwks.json")
    runner = http.AppRunner(adviser.app(), shutdown_timeout=0.1)
    await runner.setup()
    await http.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/cds-services/{SERVICE}"
    yield adviser, url, key
    await runner.cleanup()
    await keys.cleanup()


async def _keys(key: ec.EllipticCurvePrivateKey, _request: http.Request) -> http.Response:
    return http.json_response({"keys": [advisers.public_jwk(key)]})


def _app(rooms: Rooms, url: str, key: ec.EllipticCurvePrivateKey) -> Starlette:
    services = (advisers.Service("Gjennomgang Midt", url),)
    return web.build(
        rooms.record,
        sessions=rooms.sessions,
        clock=SystemClock(),
        node=NodeName("Storvik kommune"),
        login=None,
        advisers=advisers.OutsideAdvisers(
            services, key, "https://akson.example", clock=SystemClock(), random=SystemRandom()
        ),
    )


async def test_an_outside_service_is_asked_with_no_more_than_it_needs(rooms: Rooms, outside: Any) -> None:
    adviser, url, key = outside
    await rooms.put(
        {
            **statement(3, "Oksazepam", "N05BA04", "10 mg", "0+0+0+1"),
            "id": "advice-3",
            "subject": {"reference": "Patient/raad", "display": "Astrid Bakkesen"},
            "note": [{"text": "Astrid sover dårlig"}],
            "reasonCode": [{"text": "Uro etter at Bakken døde"}],
        }
    )
    page = await rooms.visitor("ida", _app(rooms, url, key)).get(PATH)
    said = _page(page.text)
    assert "Gjennomgang Midt" in said and "Benzodiazepin i fast bruk" in said
    sent = json.dumps(adviser.calls[-1], ensure_ascii=False)
    patient = next(r for r in [adviser.calls[-1]["prefetch"]["patient"]] if r)
    assert set(patient) == {"resourceType", "id", "birthDate", "gender"}
    for secret in ("Bakkesen", "Astrid", "sover dårlig", "Ida", "døde", "raad"):
        assert secret not in sent, secret


async def test_that_data_left_is_a_line_of_its_own_in_her_log(rooms: Rooms, outside: Any) -> None:
    adviser, url, key = outside
    await _drugs(rooms)
    before = len(adviser.calls)
    assert (await rooms.visitor("ida", _app(rooms, url, key)).get(PATH)).status_code == 200
    session = rooms.record.open(CAST["per"], PurposeOfUse.OPERATIONS)
    lines = [line for line in await session.access_log("raad") if line.action == "disclose"]
    assert lines and len(adviser.calls) == before + 1
    newest = lines[0]
    assert (newest.name, newest.permitted, newest.role) == ("Ida Nilsen", True, "nurse")
    assert newest.words.startswith("Sendte fødselsdato og kjønn; legemidler med dosering")
    assert "til Gjennomgang Midt (127.0.0.1)" in newest.words and newest.count >= 3
    (day, *_) = days(lines, SystemClock().now())
    assert day.entries[0].deeds == ("sendte opplysninger om deg til en annen tjeneste",)
    seen = _page((await rooms.visitor("per").get("/pasient/raad/tilgangslogg")).text)
    assert "Gjennomgang Midt" in seen, seen[:400]


async def test_what_cannot_be_told_in_her_log_is_not_sent(
    rooms: Rooms, outside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    adviser, url, key = outside

    async def broken(*_: Any) -> None:
        raise Problem(ProblemKind.INTERNAL, "AKS-AUDIT-010", "The access log cannot be written.")

    monkeypatch.setattr("akson.web.workspace.advice.screen.disclose", broken)
    before = len(adviser.calls)
    page = await rooms.visitor("ida", _app(rooms, url, key)).get(PATH)
    assert page.status_code >= 500 and len(adviser.calls) == before


async def test_one_that_is_slow_or_gone_is_told_as_silent_and_the_page_comes(
    rooms: Rooms, outside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    adviser, url, key = outside
    monkeypatch.setattr(advisers, "WAIT_S", 0.3)
    adviser.delay_s = 5.0
    page = await rooms.visitor("ida", _app(rooms, url, key)).get(PATH)
    assert page.status_code == 200 and "Svarte ikke nå" in _page(page.text)
    gone = await rooms.visitor("ida", _app(rooms, "http://127.0.0.1:9/cds-services/x", key)).get(PATH)
    assert gone.status_code == 200 and "Svarte ikke nå" in _page(gone.text)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"cards": None},
        {"cards": [None, 3, {}, {"summary": "x"}, {"summary": "x", "indicator": "hard-stop"}]},
    ],
)
def test_what_is_no_card_is_passed_over(answer: Any) -> None:
    assert asking.cards(answer) == ()


def test_a_card_is_text_and_its_link_is_https() -> None:
    told = {
        "summary": "<b>x</b>" * 50,
        "indicator": "info",
        "source": {"label": "l", "url": "javascript:alert(1)"},
    }
    card = asking.cards({"cards": [told] * 100})
    assert len(card) == asking.CARDS_MAX and card[0].url == "" and len(card[0].summary) == 140
