"""`akson message show`, `akson message receive` and the post worker, as an operator meets them."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from akson.app import settings as all_settings
from akson.app.cast import ORGANISATIONS
from akson.app.post import folder, run_post
from akson.exchange.transport.folder import write_whole
from tests.app.nodes import akson
from tests.exchange.conftest import OFFICER, episode, organisation, patient
from tests.exchange.samples import admission, bent, stay
from tests.promises import allowed_s

ANSWER_LIMIT_S = 1.0
PEOPLE = json.dumps(
    {
        "aktorer": [
            {"aktor": "Pasient", "Navn": "Bakken Astrid", "Fødselsnummer": stay().national_id},
            {"aktor": "Mottaker", "Navn": "Storvik kommune", "HER-id": "990001"},
            {
                "aktor": "Mottaker",
                "Navn": "Sykepleietjeneste",
                "HER-id": "990002",
                "Overordnet HER-id": "990001",
            },
        ]
    }
).encode()


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node's folder with Storvik's houses and Astrid in it."""
    people = tmp_path_factory.mktemp("people") / "storvik.ndjson"
    resources = [
        *(organisation(id, name, her, above) for id, (name, her, above, _) in ORGANISATIONS.items()),
        OFFICER,
        patient("astrid", "Astrid", "Bakken", stay().national_id),
        episode("astrid", "hjemmetjenesten-ost"),
    ]
    people.write_text("\n".join(json.dumps(r) for r in resources))
    made = tmp_path_factory.mktemp("node")
    done = akson("load", people, "--data", made)
    assert done.returncode == 0, done.stderr
    return made


def receive(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
    done = akson("message", "receive", *arguments, "--json")
    assert not done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_receive_gives_each_file_a_clean_inbox(tmp_path: Path) -> None:
    people = written(tmp_path / "people.json", PEOPLE)
    folder = tmp_path / "in"
    folder.mkdir()
    written(folder / "1.xml", admission(1))
    written(folder / "2.xml", admission(1))
    written(folder / "3.xml", bent(admission(3), ("</Receiver>", "")))
    written(folder / "4.txt", b"not looked at")
    written(folder / "5.xml", bent(admission(5), ("<Id>990001<", "<Id>1<"), ("<Id>990002<", "<Id>2<")))
    written(folder / "6.xml", bent(admission(6), ("<Id>990002<", "<Id>990999<")))
    written(folder / "7.xml", bent(admission(7), ('<Sex V="2"', '<Sex V="7"')))
    written(folder / "8.xml", b"hei")
    code, told = receive(folder, "--persons", people)
    assert code == 0
    assert {"file", "verdict", "apprec", "errors", "warnings", "resources", "open_items"} <= set(told[0])
    assert [t["verdict"] for t in told] == [
        "accepted",
        "accepted",
        "unreadable",
        "not-for-us",
        "rejected",
        "accepted-with-warning",
        "unreadable",
    ]
    assert [[r["codes"] for r in t["apprec"]] for t in told] == [
        [[]],
        [[]],
        [["T01"]],
        [],
        [["E21"]],
        [[]],
        [],
    ]
    assert [r["resourceType"] for r in told[0]["resources"]] == ["Communication", "Encounter", "Task"]
    assert told[0]["resources"][0]["subject"] and told[0]["open_items"][0]["code"] == "admission-notice"
    assert "kodeverk 3101" in told[5]["warnings"][0]
    assert told[4]["apprec"][0]["texts"] == ["Mottaker finnes ikke"]


def test_receive_in_sequence(tmp_path: Path) -> None:
    people = written(tmp_path / "people.json", PEOPLE)
    files = [
        written(tmp_path / "1.xml", admission(1)),
        written(tmp_path / "2.xml", admission(1)),
        written(tmp_path / "3.xml", admission(1, ward="En annen avdeling")),
        written(tmp_path / "4.xml", admission(4)),
        written(tmp_path / "5.xml", admission(5, status="C", parent=1)),
    ]
    code, told = receive(*files, "--persons", people, "--sequence")
    assert code == 0 and [t["verdict"] for t in told] == [
        "accepted",
        "duplicate",
        "rejected",
        "accepted-with-warning",
        "accepted",
    ]
    assert told[1]["apprec"] == told[0]["apprec"] and told[2]["apprec"][0]["codes"] == ["E10"]
    cancelled = [r for r in told[4]["resources"] if r["resourceType"] == "Encounter"]
    assert [e["status"] for e in cancelled] == ["entered-in-error"]


def test_receive_in_words(tmp_path: Path) -> None:
    done = akson("message", "receive", written(tmp_path / "5.xml", admission(5)))
    assert done.returncode == 0, done.stderr
    assert "5.xml: accepted-with-warning  LOG_INNLAGT" in done.stdout
    assert "receipt PRIM for 990002: OK" in done.stdout
    assert "warning: " in done.stdout, "nobody is known"


def test_receive_wants_something_to_receive_and_people_it_understands(tmp_path: Path) -> None:
    assert akson("message", "receive", tmp_path).returncode == 2
    file = written(tmp_path / "5.xml", admission(5))
    done = akson("message", "receive", file, "--persons", written(tmp_path / "p.json", b"{}"))
    assert done.returncode == 1 and "AKS-APP-061" in done.stderr


def test_show_tells_every_stage_and_stores_nothing(tmp_path: Path) -> None:
    file = written(tmp_path / "a.xml", admission())
    done = akson("message", "show", file, "--json", AKSON_DATA=str(tmp_path / "nowhere"))
    assert done.returncode == 0, done.stderr
    stages = json.loads(done.stdout)
    assert list(stages) == ["envelope", "content", "judgement", "remarks", "fhir"]
    assert stages["envelope"]["sender"]["her"] == "990202" and stages["judgement"] == []
    assert stages["content"]["summary"].startswith("Innlagt 24.11.2026 kl. 08.10")
    assert [r["resourceType"] for r in stages["fhir"]] == ["Communication", "Encounter"]
    assert not (tmp_path / "nowhere").exists()
    words = akson("message", "show", file).stdout
    assert all(head in words for head in ("Envelope", "Content", "Judgement", "FHIR"))


@pytest.mark.parametrize(
    "content", [b"hei", b"<a/>", admission()[:900], bent(admission(), ("LOG_INNLAGT", "LOG_DOD"))]
)
def test_show_of_what_would_be_refused(tmp_path: Path, content: bytes) -> None:
    done = akson("message", "show", written(tmp_path / "a.xml", content), "--json")
    assert done.returncode == 3 and json.loads(done.stdout)["judgement"]
    assert akson("message", "show", tmp_path / "a.xml").returncode == 3


async def test_the_post_worker_answers_within_a_second_and_stops_when_told(data: Path) -> None:
    settings = all_settings.load(environ={}, options={"data": str(data)})
    stop, ready = asyncio.Event(), asyncio.Event()
    work = asyncio.create_task(run_post(settings, stop, on_open=ready.set))
    await asyncio.wait_for(ready.wait(), 30)
    post = folder(settings).root
    took = []
    for number in range(20, 24):
        before = set((post / "out").iterdir())
        write_whole(post / "in", f"{number}.xml", admission(number))
        began = time.monotonic()
        while not {p for p in set((post / "out").iterdir()) - before if p.suffix == ".xml"}:
            assert time.monotonic() - began < 60
            await asyncio.sleep(0.02)
        took.append(time.monotonic() - began)
    stop.set()
    await asyncio.wait_for(work, 5)
    assert min(took) < allowed_s(ANSWER_LIMIT_S), took
    assert not list((post / "in").iterdir())


@pytest.mark.shared
def test_the_table_counts_examples_by_type_and_version(shared: Path) -> None:
    folder = shared / "norwegian-messages"
    done = akson(
        "message",
        "table",
        folder / "examples",
        "--schema",
        folder / "schemas" / "alle-navnerom.xsd",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    counted = {(row["code"], row["version"]): row for row in rows}
    assert counted["LOG_INNLAGT", "1.6"]["examples"] == counted["LOG_INNLAGT", "1.6"]["valid"] >= 1
    assert sum(row["examples"] for row in rows) == sum(row["same"] for row in rows) > 30
