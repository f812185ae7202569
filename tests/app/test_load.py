"""Loading: what is taken, what is refused and why, and that a broken load goes on without losing or doubling."""

import gzip
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.app import settings as all_settings
from akson.app.cast import CAST
from akson.app.loading.journal import Journal
from akson.app.loading.parent import Load, Report
from akson.app.loading.sources import find
from akson.app.loading.units import units
from akson.app.progress import Progress
from akson.app.settings import Settings
from akson.app.wiring import Node, open_node
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse as parse_query
from tests.app import nodes

SYNTHEA_RESOURCES = 30_754


@pytest_asyncio.fixture(loop_scope="session")
async def settings(database: str, log_database: str, tmp_path: Path) -> AsyncIterator[Settings]:
    environ = {"AKSON_DATABASE_URL": database, "AKSON_LOG_DATABASE_URL": log_database}
    yield all_settings.load(environ=environ, options={"data": str(tmp_path / "data")})


async def load(settings: Settings, *paths: Path, again: bool = False, processes: int = 1) -> Report:
    return await Load(settings, 1, processes, again, Progress("resources", quiet=True)).run(paths)


def patient(id: str = "", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "name": [{"family": "Prøve"}], **({"id": id} if id else {}), **more}


def observation(subject: str, **more: Any) -> dict[str, Any]:
    code = {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": code,
        "subject": {"reference": subject},
        **more,
    }


def entry(resource: dict[str, Any], full_url: str = "", **request: str) -> dict[str, Any]:
    asked = {"method": "POST", "url": resource["resourceType"], **request}
    return {"resource": resource, "request": asked, **({"fullUrl": full_url} if full_url else {})}


def bundle(*entries: dict[str, Any], type: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": type, "entry": list(entries)}


def write(path: Path, *resources: dict[str, Any]) -> Path:
    data = "\n".join(json.dumps(r) for r in resources).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def person_with_pulse(number: int) -> dict[str, Any]:
    urn = f"urn:uuid:00000000-0000-4000-8000-{number:012}"
    return bundle(entry(patient(), urn), entry(observation(urn)), entry(observation(urn)))


async def counted(node: Node, tenant: int = 1) -> dict[str, int]:
    return {type: n for type, n in (await node.record.store.count(tenant)).items() if n}


async def count(settings: Settings, tenant: int = 1) -> dict[str, int]:
    async with open_node(settings, pool_size=2) as node:
        return await counted(node, tenant)


async def test_a_transaction_is_taken_with_its_references(settings: Settings, tmp_path: Path) -> None:
    report = await load(settings, write(tmp_path / "in" / "a.json.gz", person_with_pulse(1)))
    assert (report.taken, report.refused) == (3, 0)
    async with open_node(settings, pool_size=2) as node:
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        found = await session.search(parse_query("Observation", [("subject:Patient.name", "prøve")]))
        assert len(found.matches) == 2


async def test_a_transaction_with_a_fault_is_refused_whole_and_says_where(
    settings: Settings, tmp_path: Path
) -> None:
    bad = bundle(entry(patient()), entry(observation("Patient/x", status="nonsense")))
    report = await load(settings, write(tmp_path / "in" / "bad.json", bad))
    assert (report.taken, report.refused) == (0, 2)
    fault = next(iter(report.files.values()))["faults"][0]
    assert fault["id"] == "AKS-RECORD-021"
    assert fault["issues"][0]["path"].startswith("Bundle.entry[1].resource: Observation.status")
    assert not await count(settings)


async def test_one_bad_line_costs_one_line(settings: Settings, tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "p.ndjson", patient("p1"), patient("p2", gender="nonsense"), patient("p3"))
    path.write_bytes(path.read_bytes() + b"\nnot json\n\n" + json.dumps(patient("p4")).encode())
    report = await load(settings, path)
    faults = next(iter(report.files.values()))["faults"]
    assert (report.taken, report.refused) == (3, 2)
    assert {(f["entry"], f["id"]) for f in faults} == {(2, "AKS-RECORD-021"), (4, "AKS-APP-032")}
    assert await count(settings) == {"Patient": 3}


async def test_a_line_whose_type_is_a_list_is_no_bundle(settings: Settings, tmp_path: Path) -> None:
    house = {
        "resourceType": "Organization",
        "id": "o1",
        "name": "Hjemmetjenesten",
        "type": [{"text": "enhet"}],
    }
    report = await load(settings, write(tmp_path / "in" / "o.ndjson", house))
    assert (report.taken, report.refused) == (1, 0)


async def test_what_was_refused_is_tried_again_and_what_was_taken_is_not(
    settings: Settings, tmp_path: Path
) -> None:
    path = write(tmp_path / "in" / "p.ndjson", patient("p1"), patient("p2", gender="nonsense"))
    await load(settings, path)
    again = await load(settings, path)
    assert (again.taken, again.before, again.refused) == (0, 1, 1)
    once_more = await load(settings, path, again=True)
    assert (once_more.taken, once_more.before) == (1, 0)


async def test_a_collection_keeps_ids_and_points_within_itself(settings: Settings, tmp_path: Path) -> None:
    urn = "urn:uuid:00000000-0000-4000-8000-000000000001"
    entries = [
        {"fullUrl": urn, "resource": patient()},
        {"resource": observation(urn, id="o1")},
        {"resource": patient("kept")},
    ]
    report = await load(settings, write(tmp_path / "in" / "c.json", bundle(*entries, type="collection")))
    assert (report.taken, report.refused) == (3, 0)
    async with open_node(settings, pool_size=2) as node:
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        assert (await session.read("Patient", "kept")).version == 1
        body = json.loads((await session.read("Observation", "o1")).body or b"")
        assert body["subject"]["reference"].startswith("Patient/")


async def test_a_batch_takes_each_entry_by_itself(settings: Settings, tmp_path: Path) -> None:
    asked = bundle(entry(patient()), entry(patient(gender="nonsense")), type="batch")
    asked["entry"].append(
        {"request": {"method": "POST", "url": "Nonsense"}, "resource": {"resourceType": "Nonsense"}}
    )
    report = await load(settings, write(tmp_path / "in" / "b.json", asked))
    assert (report.taken, report.refused) == (1, 2)


async def test_files_that_others_refer_to_come_first_whatever_they_are_called(
    settings: Settings, tmp_path: Path
) -> None:
    npi = "http://example.org/npi|1"
    doctor = {
        "resourceType": "Practitioner",
        "identifier": [{"system": "http://example.org/npi", "value": "1"}],
    }
    visit = observation("Patient/p", performer=[{"reference": f"Practitioner?identifier={npi}"}])
    write(tmp_path / "in" / "a_patient.json", bundle(entry(visit)))
    write(tmp_path / "in" / "z_staff.json", bundle(entry(doctor, ifNoneExist=f"identifier={npi}")))
    report = await load(settings, tmp_path / "in")
    assert (report.taken, report.refused) == (2, 0)


async def test_a_reference_that_never_comes_is_refused_with_its_reason(
    settings: Settings, tmp_path: Path
) -> None:
    visit = observation("Patient/p", performer=[{"reference": "Practitioner?identifier=x|1"}])
    report = await load(settings, write(tmp_path / "in" / "a.json", bundle(entry(visit))))
    assert report.refused == 1
    assert next(iter(report.files.values()))["faults"][0]["id"] == "AKS-RECORD-033"


def test_synthea_puts_hospitals_and_practitioners_first(tmp_path: Path) -> None:
    for name in (
        "Ada.json",
        "hospitalInformation1.json",
        "practitionerInformation1.json",
        "sub/Bo.json.gz",
        "x.txt",
    ):
        write(tmp_path / name, patient())
    names = [source.path.name for source in find([tmp_path])]
    assert names == ["hospitalInformation1.json", "practitionerInformation1.json", "Ada.json", "Bo.json.gz"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"x"', b'{"resourceType": 1}', b"\xff\xfe", b"[" * 100_000]
)
def test_a_file_that_is_nothing_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(Problem) as refused:
        list(units(find([path])[0]))
    assert refused.value.id == "AKS-APP-032"


def test_a_cut_gzip_file_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "x.json.gz"
    path.write_bytes(gzip.compress(json.dumps(patient()).encode())[:-9])
    with pytest.raises(Problem, match="cannot be read"):
        list(units(find([path])[0]))


async def test_a_unit_in_doubt_is_settled_by_its_witness(settings: Settings, tmp_path: Path) -> None:
    """Killed between commit and journal: as if `done` had never been written. Nothing is doubled."""
    path = write(tmp_path / "in" / "a.json", person_with_pulse(1))
    await load(settings, path)
    journal = next((settings.data / "load").glob("*.jsonl"))
    kept = [line for line in journal.read_text().splitlines() if '"begin"' in line]
    journal.write_text("\n".join(kept) + '\n{"done": "half a li')
    again = await load(settings, path)
    assert (again.taken, again.before) == (0, 3)
    assert await count(settings) == {"Patient": 1, "Observation": 2}


async def test_a_unit_that_was_begun_and_never_committed_is_taken(settings: Settings, tmp_path: Path) -> None:
    path = write(tmp_path / "in" / "a.json", person_with_pulse(1))
    async with open_node(settings, pool_size=2) as node:
        journal = Journal.open(settings.data, settings.database_url)
        journal.begin(f"{find([path])[0].key}#0", "Patient/never-written", node.clock.now())
        journal.close()
    report = await load(settings, path)
    assert (report.taken, report.before) == (3, 0)


async def test_the_journal_names_no_patient(settings: Settings, tmp_path: Path) -> None:
    await load(
        settings, write(tmp_path / "in" / "a.json", bundle(entry(patient(name=[{"family": "Hemmelig"}]))))
    )
    assert "Hemmelig" not in next((settings.data / "load").glob("*.jsonl")).read_text()


async def test_a_load_that_is_killed_again_and_again_ends_whole(tmp_path: Path) -> None:
    """kill -9 of the parent and its processes at once; every Bundle is there once at the end."""
    many = 60
    for number in range(many):
        write(tmp_path / "in" / f"{number}.json", person_with_pulse(number))
    own = all_settings.load(environ={}, options={"data": str(tmp_path / "data")})
    line = [*nodes.AKSON, "load", str(tmp_path / "in"), "--data", str(own.data)]
    for pause in (1.9, 0.8, 0.9):
        process = subprocess.Popen(
            line, env=nodes.environ(), start_new_session=True, stdout=subprocess.DEVNULL
        )
        time.sleep(pause)
        for pid in (process.pid, *nodes.children(process.pid)):
            if b"akson" in nodes.command_line(pid):
                os.kill(pid, signal.SIGKILL)
        process.wait()
    done = nodes.akson("load", tmp_path / "in", "--data", own.data, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["taken"] + told["takenBefore"] == 3 * many
    assert await count(own) == {"Patient": many, "Observation": 2 * many}


@pytest.mark.shared
async def test_a_hundred_synthea_patients_are_taken_and_every_reference_resolves(
    settings: Settings, shared: Path
) -> None:
    folder = shared / "data" / "synthea-r4-100"
    report = await load(settings, folder, processes=2)
    assert (report.taken, report.refused) == (SYNTHEA_RESOURCES, 0)
    sent = Counter(
        change.type for source in find([folder]) for unit in units(source) for change in unit.changes
    )
    async with open_node(settings, pool_size=4) as node:
        assert await counted(node) == dict(sent)
        assert await _dangling(node) == []


async def _dangling(node: Node) -> list[str]:
    """References inside the record that lead nowhere."""
    session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    known: set[str] = set()
    named: set[str] = set()
    for type in sorted(await node.record.store.types()):
        cursor = None
        while True:
            query = parse_query(type, [("_count", "1000"), *([("_cursor", cursor)] if cursor else [])])
            page = await node.record.store.search(
                1,
                query,
                restriction=session.judge.rule("search"),
                redactions=session.judge.redactions("search"),
            )
            for match in page.matches:
                known.add(f"{match.type}/{match.id}")
                named |= set(_references(json.loads(match.body or b"{}")))
            cursor = page.next_cursor
            if cursor is None:
                break
    return sorted(named - known)


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = value.get("reference")
        found = [own] if isinstance(own, str) and not own.startswith("#") else []
        return found + [r for item in value.values() for r in _references(item)]
    if isinstance(value, list):
        return [r for item in value for r in _references(item)]
    return []
