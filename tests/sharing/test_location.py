"""Who holds what about whom: told by what changes, asked over HTTP with an attestation, done without when it is down."""

import asyncio

import asyncpg
import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.neighbours import declared
from akson.app.neighbours.opening import federation_of, finder_of, subject_of
from akson.app.playing.neighbourhood import Neighbourhood
from akson.fhir.problem import Problem
from akson.sharing.classes import SharedClass
from akson.sharing.federation.federation import Asked
from akson.sharing.keys import Key
from akson.sharing.location import follower
from akson.sharing.location.finding import DOWN, STRANGERS, Found, everybody, found_by
from akson.sharing.location.values import Holding
from akson.sharing.values import Question, Source
from tests.sharing import people
from tests.sharing.people import ASTRID, BO

KINDS = (
    Question(ASTRID, "MedicationStatement?status=active", SharedClass.MEDICATION),
    Question(ASTRID, "AllergyIntolerance", SharedClass.CRITICAL),
    Question(ASTRID, "CarePlan", SharedClass.PLAN),
)


async def asked(town: Neighbourhood, *questions: Question, about: str = "astrid") -> Asked:
    """As a screen does it: the index first, with the same token."""
    node = town["storvik"].node
    told = declared.load(node.settings.data)
    session = node.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
    leave = await session.leave_to_ask(about)
    finder, federation = finder_of(node, told), federation_of(node, told)
    assert finder is not None and federation is not None
    subject = await subject_of(node.record, CAST["ida"])
    return await federation.ask(session, leave, subject, questions or KINDS, told.sources, finds=finder.find)


def sources(found: Asked) -> list[set[str]]:
    return [{part.source.id for part in answer.parts} for answer in found.answers]


async def test_only_those_are_asked_that_hold_something_of_the_kind(town: Neighbourhood) -> None:
    await town.tell()
    found = await asked(town)
    assert sources(found) == [{"lillefjord", "havneby"}, {"havneby"}, set()] and not found.degraded
    ours = [e for _, e in await town["storvik"].node.log.events_of(1, "astrid", count=5)]
    said = [e.words for e in ours if e.action == "ask-elsewhere"][:2]
    assert "Lillefjord kommune" in said[0] and said[1].startswith("Spurte oversikten over hvem som har")
    index = await town["havneby"].node.log.events_of(1, "", count=20)
    assert found.answers[0].decision in {e.decision_ref for _, e in index if e.action == "locate"}


async def test_the_index_holds_no_number_and_no_clinical_word(town: Neighbourhood) -> None:
    await town.tell()
    connection = await asyncpg.connect(town["havneby"].settings.database_url)
    try:
        rows = await connection.fetch("select * from location.holding")
    finally:
        await connection.close()
    text = repr([tuple(row) for row in rows])
    assert len(rows) > 4 and ASTRID not in text and BO not in text and "Metoprolol" not in text
    assert {row["kind"] for row in rows} <= {kind.value for kind in SharedClass}


async def test_who_has_said_no_is_taken_out_and_comes_back_when_she_says_yes(town: Neighbourhood) -> None:
    choice = {
        "resourceType": "Consent",
        "id": "reservasjon",
        "status": "active",
        "scope": {"text": "Deling"},
        "category": [
            {"coding": [{"system": "https://akson.no/fhir/CodeSystem/storage-choice", "code": "no-index"}]}
        ],
        "patient": {"reference": "Patient/p-17"},
        "dateTime": "2026-11-01",
        "policyRule": {"text": "Reservasjon"},
        "provision": {"type": "deny"},
    }
    await people.put(town["lillefjord"], choice)
    await town.tell("lillefjord")
    assert sources(await asked(town, KINDS[0])) == [{"havneby"}]
    await people.put(town["lillefjord"], {**choice, "status": "inactive"})
    await town.tell("lillefjord")
    assert sources(await asked(town, KINDS[0])) == [{"lillefjord", "havneby"}]


async def test_a_no_among_many_consents_is_a_no(town: Neighbourhood, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "CHOICES_EACH", 1)

    def said(id: str, code: str, status: str = "active") -> dict[str, object]:
        coding = {"system": "https://akson.no/fhir/CodeSystem/storage-choice", "code": code}
        return {
            "resourceType": "Consent",
            "id": id,
            "status": status,
            "scope": {"text": "Deling"},
            "category": [{"coding": [coding]}],
            "patient": {"reference": "Patient/p-17"},
            "dateTime": "2026-11-01",
            "policyRule": {"text": "Reservasjon"},
        }

    for id, code in (("valg-1", "no-central"), ("valg-2", "no-index"), ("valg-3", "no-central")):
        await people.put(town["lillefjord"], said(id, code))
    await town.tell()
    assert sources(await asked(town, KINDS[0])) == [{"havneby"}]
    await people.put(town["lillefjord"], said("valg-2", "no-index", "inactive"))
    await town.tell("lillefjord")
    assert sources(await asked(town, KINDS[0])) == [{"lillefjord", "havneby"}]


async def test_with_the_index_down_everybody_is_asked_and_that_is_said(town: Neighbourhood) -> None:
    await town["havneby"].leave()
    try:
        found = await asked(town, KINDS[0])
    finally:
        await town["havneby"].come_back()
    assert found.degraded == DOWN and sources(found) == [{"lillefjord", "havneby"}]
    assert [part.source.id for part in found.answers[0].missing] == ["havneby"]


async def test_nobody_is_told_about_a_person_that_is_not_attested(town: Neighbourhood) -> None:
    """The token is for Astrid; the form asks about Bo."""
    node = town["storvik"].node
    told = declared.load(node.settings.data)
    session = node.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
    leave = await session.leave_to_ask("astrid")
    statuses: list[int] = []

    async def curious(person: str, key: Key) -> Found:
        url = f"{town['havneby'].address}/sharing/location/_search"
        for asked_for in (BO, person):
            reply = await node.network.post(url, [("person", asked_for)], key.headers("POST", url))
            statuses.append(reply.status)
        return everybody(())

    federation = federation_of(node, told)
    assert federation is not None
    subject = await subject_of(node.record, CAST["ida"])
    await federation.ask(session, leave, subject, KINDS, told.sources, finds=curious)
    assert statuses == [403, 200]


async def test_an_enterprise_that_is_no_source_tells_nothing(town: Neighbourhood) -> None:
    from dataclasses import replace

    from akson_lab.nhn.people_tokens import Enterprise

    client = town.helseid.clients["lillefjord"]
    town.helseid.register(replace(client, enterprise=Enterprise("999999991", "En fremmed")))
    await people.put(town["lillefjord"], people.medicine("m-9", "p-17", "Ibuprofen", status="stopped"))
    try:
        # A transaction of another test on the same server holds the feed of changes back while it lasts.
        with pytest.raises(Problem, match="AKS-SHARE-022"):
            for _ in range(600):
                await town.tell("lillefjord")
                await asyncio.sleep(0.1)
    finally:
        town.helseid.register(client)
    await town.tell("lillefjord")


def test_a_source_that_only_the_index_knows_is_told_of() -> None:
    from datetime import UTC, date, datetime

    day, at = date(2026, 1, 3), datetime(2026, 11, 27, tzinfo=UTC)
    known = [Source("a", "A", "1", "https://a"), Source("b", "B", "2", "https://b")]
    held = [Holding(s, SharedClass.MEDICATION, day, at) for s in ("a", "x", "us")]
    found = found_by(held, known, "us")
    assert [s.id for s in found.sources] == ["a"] and found.degraded == STRANGERS
    assert found_by([], known, "us").of(SharedClass.MEDICATION) == ()


async def test_with_the_index_down_those_it_named_before_are_asked(town: Neighbourhood) -> None:
    """A finder of one process, as a web worker has it: seen once, remembered for a day."""
    await town.tell()
    node = town["storvik"].node
    told = declared.load(node.settings.data)
    finder, federation = finder_of(node, told), federation_of(node, told)
    assert finder is not None and federation is not None
    subject = await subject_of(node.record, CAST["ida"])

    async def once() -> Asked:
        session = node.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
        leave = await session.leave_to_ask("astrid")
        return await federation.ask(session, leave, subject, KINDS[1:2], told.sources, finds=finder.find)

    assert sources(await once()) == [{"havneby"}]
    await town["havneby"].leave()
    try:
        found = await once()
    finally:
        await town["havneby"].come_back()
    assert sources(found) == [{"havneby"}] and "Spurt er de som sto der kl." in found.degraded
