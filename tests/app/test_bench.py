"""The bench: a tiny one from end to end, its list, its peers, its clones."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from akson.app.bench.clones import CLONES_MAX, family_of
from akson.app.bench.lines import LINES, chosen
from akson.app.bench.message_figures import MessageFigures, quarters_of
from akson.app.bench.peers import read_peer
from akson.app.bench.people import ids_of
from akson.app.bench.run import lines_of
from akson.app.bench.stage import Stage, from_demo, from_folder
from akson.fhir.problem import Problem
from tests.app.nodes import akson

ROOT = Path(__file__).resolve().parents[2]
TINY = ("--runs", 1, "--seconds", 0.1, "--workers", 1)

PEER = {
    "label": "other 1.0",
    "load": {
        "resources_per_s": 0.5,
        "p50_ms": 1e6,
        "server_after": {"a": {"pss_mib": 1e4}, "b": {"pss_mib": 5e3}},
    },
    "storage": {"bytes_per_resource": 1e6},
    "bench": {
        "median": {
            line.peer: {"rps": 0.1, "p50_ms": 1e5, "p99_ms": 1e6} for line in LINES if "@" in line.peer
        }
    },
}


def person(number: int) -> dict[str, Any]:
    """A transaction as Synthea writes them: POST, temporary references."""
    urn, visit = (
        f"urn:uuid:00000000-0000-4000-8000-{number:012}",
        f"urn:uuid:00000000-0000-4000-9000-{number:012}",
    )
    subject = {"reference": urn}
    pulse = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": subject,
        "encounter": {"reference": visit},
        "effectiveDateTime": f"2026-0{1 + number % 9}-01T10:00:00+01:00",
    }
    patient = {
        "resourceType": "Patient",
        "name": [{"family": f"Prøve{number}"}],
        "identifier": [{"system": "urn:x", "value": f"n{number}"}],
    }
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": subject,
    }
    resources = [
        (urn, patient),
        (visit, encounter),
        (urn.replace("8000", "a000"), pulse),
        (urn.replace("8000", "b000"), pulse),
    ]
    entries = [
        {"fullUrl": url, "resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
        for url, r in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "people"
    data.mkdir()
    for number in range(12):
        (data / f"{number:02}.json").write_text(json.dumps(person(number)))
    return data


def test_a_tiny_bench_from_end_to_end(folder: Path, tmp_path: Path) -> None:
    """Every line has a figure, for the nurse too, and what is printed can be the peer of the next."""
    (tmp_path / "peer.json").write_text(json.dumps(PEER))
    done = akson("bench", "--synthea", folder, *TINY, "--as", "nurse", "--log", "--log-entries", 70_000, "--scale", 2,
                 "--json", "--peer", tmp_path / "peer.json")  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["failed"] == {}
    assert told["data"] == {"told": "people, 24 patients, 96 resources", "resources": 96, "patients": 24}
    assert set(told["lines"]) == {line.name for line in LINES}
    for line in LINES:
        found = told["lines"][line.name]
        assert found["median"][line.of] > 0, line.name
        assert ("nurse" in found) == bool(line.ask and not line.writes), line.name
        if line.peer:
            assert found["timesPeer"]["other 1.0"] > 1, line.name
        if "nurse" in found:
            # She sees all whom she is asked about, so the answers are the same.
            assert found["nurse"]["mean_bytes"] == pytest.approx(found["median"]["mean_bytes"], rel=0.2), (
                line.name
            )
    assert {limit["line"] for limit in told["limits"]} == {"read@16", "read@1", "load@4"}
    assert told["logEventsPerSecond"] > 0
    assert told["log"]["entries"] == 70_000 and told["log"]["proof_p99_ms"] > 0
    (tmp_path / "ours.json").write_text(done.stdout)
    again = read_peer(tmp_path / "ours.json")
    assert set(again.figures) == {line.peer for line in LINES if line.peer}


def test_the_table_of_a_few_lines(folder: Path) -> None:
    done = akson("bench", "--synthea", folder, *TINY, "--only", "read@1,everything,start")
    assert done.returncode == 0, done.stderr
    rows = [row for row in done.stdout.splitlines() if row.startswith("|")]
    assert rows[0] == "| line | asks | goal | figure | p50 ms | p99 ms | CPU ms |"
    assert [row.split(" | ")[0] for row in rows[2:6]] == [
        "| read@1",
        "| everything@8",
        "| everything@1",
        "| start",
    ]
    assert re.search(r"\| read@1 \| `GET Patient/id` \| p50 ≤ 0.5 ms \| [\d.]+ ms [✓✗] \|", done.stdout)
    assert "| bare PostgreSQL round trip |" in done.stdout
    assert "people, 12 patients, 48 resources" in done.stdout


def test_every_line_is_explained_and_held_against_its_goal() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    missing = [line.name for line in LINES if f"`{line.name}`" not in page]
    assert not missing, f"docs/benchmarks.md does not say what these ask: {missing}"


def test_a_line_that_is_none_is_told_with_those_that_are() -> None:
    assert [line.name for line in chosen("curve")] == ["curve@16", "curve@1"]
    assert chosen("") == LINES
    with pytest.raises(Problem, match="AKS-APP-045"):
        lines_of("read,reed")


def test_a_file_that_is_no_peer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(Problem, match="AKS-APP-044"):
        read_peer(tmp_path / "x.json")


def _patients(stage: Stage) -> list[dict[str, Any]]:
    bundles = [json.loads(request.body or b"") for request in stage.next_round(remember=False)]
    return [e["resource"] for b in bundles for e in b["entry"] if e["resource"]["resourceType"] == "Patient"]


def test_a_clone_is_somebody_else_of_the_same_kind(folder: Path) -> None:
    """A search by name or number finds as many in a large record as in a small one."""
    stage = from_folder(folder)
    first, second = _patients(stage), _patients(stage)
    families = [{p["name"][0]["family"] for p in patients} for patients in (first, second)]
    assert len(families[1]) == len(families[0])
    assert not any(name.startswith(other) for name in families[1] for other in families[0])
    assert [p["identifier"][0]["value"] for p in second] == [
        f"R1-{p['identifier'][0]['value']}" for p in first
    ]


def test_clones_are_called_each_by_its_own_name() -> None:
    assert (family_of("Koepp", 0), family_of("Koepp", 1), family_of("Koepp", 26)) == (
        "Koepp",
        "Lofqq",
        "Kpepp",
    )
    assert family_of("Åsheim-Zu 2", 1) == "Åsifjn-Av 2"
    assert len({family_of("Bakken", number) for number in range(CLONES_MAX)}) == CLONES_MAX


def test_a_clone_of_the_demo_has_ids_of_its_own_and_refers_to_the_stage() -> None:
    stage = from_demo(citizens=20)
    before = [json.loads(r.body or b"") for r in stage.next_round(remember=False)]
    after = [json.loads(r.body or b"") for r in stage.next_round(remember=False)]
    urls = [{e["request"]["url"] for b in made for e in b["entry"]} for made in (before, after)]
    assert len(after) == len(before) - 1, "organisations and staff are made once"
    assert not urls[0] & urls[1]
    named = set(re.findall(r'"reference": "((?:Patient|Encounter|Condition)/[^"]+)"', json.dumps(after)))
    assert named <= urls[1]


def test_ids_out_of_a_transaction_response() -> None:
    made = {"location": "http://x/fhir/Patient/p1/_history/1"}
    answer = {"entry": [{"response": made}, {"response": {"status": "204"}}]}
    assert ids_of(json.dumps(answer).encode()) == ["p1", ""]


def test_messages_are_told_quarter_by_quarter() -> None:
    ended = [(1.0, 20), (2.0, 100), (4.0, 200), (5.0, 330), (8.0, 400), (10.0, 400)]
    memory = [(60.0, 61.0), (62.0, 63.0), (62.0, 63.0), (62.0, 63.0)]
    found = quarters_of(400, ended, memory)
    assert [quarter.per_second for quarter in found] == [50.0, 50.0, 130.0, 14.0]
    assert [quarter.pss_mib for quarter in found] == memory
    words = MessageFigures(400, 2, 40.0, found, 15_000, 8.0, 4.7).words
    assert "by quarter: 50 50 130 14 messages/s" in words and "60/61 62/63" in words
    assert "15.0 kB stored; CPU 12.7 ms (workers 8.0, PostgreSQL 4.7)" in words
    assert "7,400,000" in words and "147 hours" in words
