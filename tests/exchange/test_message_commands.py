"""`akson message show`, `akson message receive` and the post worker, as an operator meets them."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from akson.app import settings as all_settings
from akson.app.cast import ORGANISATIONS
from akson.app.post import folder, run_post
from akson.exchange.transport.folder import write_whole
from tests.app.nodes import akson
from tests.exchange.conftest import OFFICER, episode, organisation, patient
from tests.exchange.samples import admission, bent, id, stay

ANSWER_LIMIT_S = 1.0


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


def test_receive_tells_what_became_of_each(data: Path, tmp_path: Path) -> None:
    written(tmp_path / "1.xml", admission(1))
    written(tmp_path / "2.xml", admission(1))
    written(tmp_path / "3.xml", bent(admission(3), ("</Receiver>", "")))
    written(tmp_path / "4.txt", b"not looked at")
    done = akson("message", "receive", tmp_path, "--data", data, "--json")
    assert done.returncode == 3, done.stderr
    told = json.loads(done.stdout)
    assert [(t["outcome"], t["type"], t["messageId"]) for t in told] == [
        ("accepted", "LOG_INNLAGT", id(1)),
        ("duplicate", "LOG_INNLAGT", id(1)),
        ("refused", "LOG_INNLAGT", id(3)),
    ]
    assert [r["errors"] for t in told for r in t["receipts"]] == [[], [], ["T01"]]
    assert {data / r["file"] for t in told for r in t["receipts"]} == set(
        (data / "post" / "out").glob("*.xml")
    )


def test_receive_says_so_when_all_is_well(data: Path, tmp_path: Path) -> None:
    done = akson("message", "receive", written(tmp_path / "5.xml", admission(5)), "--data", data)
    assert done.returncode == 0, done.stderr
    assert "5.xml: accepted  LOG_INNLAGT" in done.stdout and "receipt for 990002: OK" in done.stdout
    again = akson("message", "receive", tmp_path / "5.xml", "--data", data)
    assert again.returncode == 0 and "5.xml: duplicate" in again.stdout


def test_receive_wants_something_to_receive(data: Path, tmp_path: Path) -> None:
    assert akson("message", "receive", tmp_path, "--data", data).returncode == 2


def test_show_tells_every_stage_and_stores_nothing(tmp_path: Path) -> None:
    file = written(tmp_path / "a.xml", admission())
    done = akson("message", "show", file, "--json", AKSON_DATA=str(tmp_path / "nowhere"))
    assert done.returncode == 0, done.stderr
    stages = json.loads(done.stdout)
    assert list(stages) == ["envelope", "content", "judgement", "fhir"]
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
            assert time.monotonic() - began < 10
            await asyncio.sleep(0.02)
        took.append(time.monotonic() - began)
    stop.set()
    await asyncio.wait_for(work, 5)
    assert min(took) < ANSWER_LIMIT_S, took
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
