"""H1: a municipality reads a discharge letter of another region, and is itself a source; real HTTP, both ways."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.documents_asking import DAMAGED, HouseDocuments
from akson.app.playing.neighbourhood import SCOPE, Neighbourhood
from akson.fhir.problem import Problem
from akson.record.session import RecordSession
from akson.sharing.documents.entry import Person, default_oid
from akson.sharing.documents.foreign.values import ForeignPart, key_of
from akson.sharing.values import Outcome
from akson_lab.documents.region import SCOPES, Region, letter
from akson_lab.documents.saml import SamlIssuer
from tests.sharing import people
from tests.sharing.people import ASTRID, IDA

PERSON = Person("astrid", ASTRID, "2.16.578.1.12.4.1.4.1")
LETTER = "Utskrevet etter hoftebrudd. Blodfortynnende i fem uker."


@pytest_asyncio.fixture(loop_scope="session")
async def region(town: Neighbourhood) -> AsyncIterator[Region]:
    """Sørvest sykehus HF, whom Storvik asks by XCA; a second door of it is asked by MHD."""
    async with Region(
        "Sørvest sykehus HF", "2.16.578.1.12.4.5.100.7", town.helseid, SamlIssuer(datetime.now(UTC))
    ) as one:
        one.keep(ASTRID, letter("Epikrise", LETTER), letter("Sperret notat", "Hemmelig.", blocked=True))
        client = town.helseid.clients["storvik"]
        town.helseid.register(replace(client, scopes=frozenset({*client.scopes, *SCOPES})))
        yield one
        town.helseid.register(client)


def asks(town: Neighbourhood, region: Region, *hows: str) -> HouseDocuments:
    node = town["storvik"].node
    tables = "".join(
        f'[[foreign]]\nid = "{how}"\nname = "{region.name}"\nhow = "{how}"\n'
        f'base = "{region.address}/{how}"\nhome = "{region.home}"\n'
        for how in hows
    )
    text = f'{tables}[asking]\nsaml = "{region.address}/saml/assertion"\n'
    (node.settings.data / "documents.toml").write_text(text, "utf-8")
    found = HouseDocuments.of(node)
    assert found is not None
    return found


def session(town: Neighbourhood, who: str = "ida") -> RecordSession:
    return town["storvik"].node.record.open(CAST[who], PurposeOfUse.TREATMENT)


def told(parts: tuple[ForeignPart, ...]) -> list[tuple[str, str, list[str], int]]:
    return [(p.foreign.how, p.outcome.value, [e.title for e in p.entries], p.blocked) for p in parts]


async def test_the_letter_of_another_region_is_found_and_read_both_ways(
    town: Neighbourhood, region: Region
) -> None:
    asking = asks(town, region, "xca", "mhd")
    parts = await asking.find(session(town), PERSON)
    # Only MHD has a place for the count of blocked documents.
    assert told(parts) == [("xca", "answered", ["Epikrise"], 0), ("mhd", "answered", ["Epikrise"], 1)]
    for part in parts:
        entry = part.entries[0]
        assert (entry.author.name, entry.author.organisation) == ("Eva Lunde", region.name)
        _, again, content = await asking.get(session(town), PERSON, part.foreign.id, key_of(entry))
        assert content.decode() == LETTER and again == entry
    log = [
        e
        for _, e in await town["storvik"].node.log.events_of(1, "astrid", count=20)
        if e.action == "ask-elsewhere"
    ]
    assert all(
        e.actor_name == "Ida Nilsen" and "Sørvest sykehus HF om dokumenter" in e.words for e in log[:3]
    )
    assert ("CrossGatewayRetrieve", IDA.national_id) in region.asked and (
        "ITI-68",
        "Ida Nilsen",
    ) in region.asked


async def test_who_may_not_ask_asks_nobody(town: Neighbourhood, region: Region) -> None:
    asking = asks(town, region, "xca", "mhd")
    before = len(region.asked)
    with pytest.raises(Problem) as refused:
        await asking.find(session(town, "omar"), PERSON)
    assert refused.value.id == "AKS-RECORD-404" and len(region.asked) == before


async def test_who_is_silent_is_named_and_what_is_damaged_is_not_shown(
    town: Neighbourhood, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = asks(town, region, "xca", "mhd")
    found = await asking.find(session(town), PERSON)
    region.damages = True
    for part in found:
        with pytest.raises(Problem) as broken:
            await asking.get(session(town), PERSON, part.foreign.id, key_of(part.entries[0]))
        assert (broken.value.id, broken.value.why) == ("AKS-DOC-052", DAMAGED)
    region.damages = False
    with pytest.raises(Problem) as gone:
        await asking.get(session(town), PERSON, "mhd", "0" * 20)
    assert gone.value.id == "AKS-DOC-001"
    monkeypatch.setattr("akson.sharing.documents.foreign.asking.ask.__kwdefaults__", {"budget_s": 0.2})
    region.delay_s = 30
    late = await asking.find(session(town), PERSON)
    assert {(p.outcome, p.why) for p in late} == {(Outcome.SILENT, "Svarte ikke innen 0,2 s.")}


async def test_another_node_is_a_source_at_its_own_door(town: Neighbourhood, region: Region) -> None:
    """Storvik asks Havneby, a node like itself: token, proof, attestation, the rules there, one decision in both logs."""
    await people.put(
        town["havneby"],
        {
            "resourceType": "ClinicalImpression",
            "id": "hn-1",
            "status": "completed",
            "subject": {"reference": "Patient/x-9"},
            "date": "2026-11-20T10:00:00+01:00",
            "summary": "Falt på badet.",
        },
    )
    other, node = town["havneby"], town["storvik"].node
    home = default_oid(other.settings.node_name)
    (node.settings.data / "documents.toml").write_text(
        f'[[foreign]]\nid = "havneby"\nname = "Havneby kommune"\nhow = "mhd"\nbase = "{other.address}/mhd"\n'
        f'home = "{home}"\n[asking]\nscope = "{SCOPE}"\n',
        "utf-8",
    )
    asking = HouseDocuments.of(node)
    assert asking is not None
    (part,) = await asking.find(session(town), PERSON)
    assert told((part,)) == [("mhd", "answered", ["Journalnotat"], 0)], part
    _, _, content = await asking.get(session(town), PERSON, "havneby", key_of(part.entries[0]))
    assert "Falt på badet." in content.decode()
    ours = next(e for _, e in await node.log.events_of(1, "astrid", count=20) if e.action == "ask-elsewhere")
    theirs = [
        e for _, e in await other.node.log.events_of(1, "x-9", count=20) if e.actor_name == "Ida Nilsen"
    ]
    assert {e.decision_ref for e in theirs} >= {ours.decision_ref}
    assert Path(node.settings.data, "documents.toml").exists()
