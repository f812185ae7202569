"""Every story, with a municipality of the lab's own in the node's place: over real HTTP on loopback, at high speed."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.exchange.samples import stay

import akson_verify
from akson_lab import desk
from akson_lab.houses.addresses import NURSES, OURS, address
from akson_lab.houses.neighbour import Neighbour
from akson_lab.people import resident_of
from akson_lab.referee import Referee
from akson_lab.stories import evidence, judging, story
from akson_lab.stories.play import Lab, Played, play
from akson_lab.stories.story import Step, Wrong
from akson_lab.town import Town

TODAY = date(2026, 11, 27)
NASTY = [name for name in story.names() if name not in ("discharge", "gp-dialogue")]
CRITERIA = {number: {"words": words, "state": "passed", "why": ""} for number, words in judging.WORDS.items()}


class StandIn:
    """The municipality's driver, when the municipality is one of the lab's houses."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def do(self, step: Step) -> str:
        asked = {"type": step.does, "house": "municipality", "how": dict(step.how)}
        return str(self.lab.ask("/lab/send", asked)["msg_id"])

    def alarm(self, step: Step) -> str:
        return "ikke spurt: ingen node"

    def owner(self, msg_id: str) -> str:
        return "ikke spurt: ingen node"

    def after(self, step: Step) -> None:
        return


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    facts = stay()
    async with Town({}, facts, patience_s=0.6, seed=3) as town:
        stand_in = Neighbour(
            address(NURSES), facts, (resident_of(facts),), by_itself=False, name="municipality", hers=OURS
        )
        town.join("municipality", stand_in, Referee.of_this_machine())
        runner, where = await desk.serve(town, 0)
        yield Lab(where)
        await runner.cleanup()


async def played(lab: Lab, name: str) -> Played:
    told = story.load(name, TODAY)
    return await asyncio.to_thread(play, told, lab, municipality=StandIn(lab), wait_s=20.0)


@pytest.mark.parametrize("name", story.names())
async def test_each_step_comes_as_it_should(lab: Lab, name: str, tmp_path: Path) -> None:
    made = await played(lab, name)
    assert made.done, [s.said for s in made.steps]
    judged = judging.criteria(made, None)
    wrong = {n: c for n, c in judged.items() if c["state"] == "failed"}
    assert not wrong
    evidence.write(made, tmp_path, criteria=CRITERIA)
    verdict = akson_verify.check_evidence(tmp_path)
    assert verdict.accepted, verdict.lines
    evidence.write(made, tmp_path, criteria=judged)
    assert not akson_verify.check_evidence(tmp_path).accepted, "four criteria were not judged"


def test_there_are_twenty_nasty_ones() -> None:
    assert len(NASTY) >= 20


def test_a_story_that_is_none_is_told() -> None:
    with pytest.raises(Wrong, match="there is no story"):
        story.load("../town", TODAY)


def test_summer_ends_between_the_two_half_past_twos() -> None:
    told = story.load("daylight-saving", TODAY)
    first, second = (s.at for s in told.steps if s.no in ("9/10", "13/14"))
    assert (second - first).total_seconds() == 3600


@pytest.mark.parametrize(
    "what", ["byte", "gone", "more", "receipt", "order", "answers", "hash", "signer", "format"]
)
async def test_what_is_changed_in_a_bundle_is_found(lab: Lab, what: str, tmp_path: Path) -> None:
    made = await played(lab, "admission-cancelled")
    evidence.write(made, tmp_path, criteria=CRITERIA)
    assert akson_verify.check_evidence(tmp_path).accepted
    if what == "byte":
        path = next((tmp_path / "messages").iterdir())
        path.write_bytes(path.read_bytes() + b" ")
    elif what == "gone":
        next((tmp_path / "receipts").iterdir()).unlink()
    elif what == "more":
        (tmp_path / "messages" / "9999.xml").write_bytes(b"<x/>")
    elif what in ("hash", "signer", "format"):
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        if what == "hash":
            manifest["began"] = "2026-01-01"
        elif what == "signer":
            manifest["key"] = base64.b64encode(bytes(32)).decode()
        else:
            manifest["format"] = "akson-evidence/1"
        (tmp_path / "manifest.json").write_bytes(akson_verify._written(manifest))
    else:
        name = "story.json" if what == "order" else "wire.json"
        told = json.loads((tmp_path / name).read_text())
        if what == "order":
            told["steps"].reverse()
        elif what == "answers":
            receipts = [each for each in told if each["type"] == "APPREC"]
            receipts[0]["answers"], receipts[1]["answers"] = (r["answers"] for r in receipts[1::-1])
        else:
            told = [each for each in told if each["type"] != "APPREC"]
        written = (json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
        (tmp_path / name).write_bytes(written)
        manifest = json.loads((tmp_path / "manifest.json").read_text())
        manifest["files"][name] = hashlib.sha256(written).hexdigest()
        del manifest["signature"]
        signed = evidence.signed(manifest, Ed25519PrivateKey.generate())
        (tmp_path / "manifest.json").write_bytes(signed)
    assert not akson_verify.check_evidence(tmp_path).accepted


def of_log(key: Ed25519PrivateKey) -> str:
    """A policy that knows one log (c2sp.org/tlog-policy)."""
    raw = b"\x01" + key.public_key().public_bytes_raw()
    id = hashlib.sha256(b"log.example\n" + raw).digest()[:4].hex()
    return f"log log.example+{id}+{base64.b64encode(raw).decode()}\nquorum none\n"


async def test_a_bundle_signed_anew_by_another_is_found_by_the_published_key(
    lab: Lab, tmp_path: Path
) -> None:
    """Its proofs of the log are taken out, and all else is signed anew: only a key from outside tells."""
    made = await played(lab, "admission-cancelled")
    log = Ed25519PrivateKey.generate()
    evidence.write(made, tmp_path, criteria=CRITERIA, sign=log)
    assert akson_verify.check_evidence(tmp_path, of_log(log)).accepted
    evidence.write(made, tmp_path, criteria=CRITERIA)
    assert akson_verify.check_evidence(tmp_path).accepted, "it says that it is signed by a key of its own"
    verdict = akson_verify.check_evidence(tmp_path, of_log(log))
    assert not verdict.accepted and "signert av en annen" in verdict.lines[1]


def test_a_message_without_a_receipt_needs_an_owner() -> None:
    wire = [{"type": "LOG_INNLAGT", "msg_id": "m1", "answers": ""}]
    assert akson_verify._receipts(wire, {"m1": "Ida"}) == "1 meldinger: 0 kvittert, 1 har eier"
    with pytest.raises(akson_verify.Refused, match="m1"):
        akson_verify._receipts(wire, {"m2": "Ida"})


def visit(start: str, status: str = "booked") -> dict:
    return {"start": start, "status": status, "basedOn": [{"reference": "ServiceRequest/v"}]}


@pytest.mark.parametrize(
    ("standing", "wrong"),
    [
        (("2026-11-19T08:00+01:00",), []),
        ((), ["mangler besøk 19.11. 08:00"]),
        (("2026-11-19T08:00+01:00", "2026-11-19T07:00+00:00"), ["to besøk 19.11. 08:00"]),
        (("2026-11-18T08:00+01:00", "2026-11-19T08:00+01:00"), ["besøk i fravær 18.11. 08:00"]),
    ],
    ids=["right", "missed", "double", "while away"],
)
def test_a_visit_missed_doubled_or_made_while_away_is_told(
    standing: tuple[str, ...], wrong: list[str]
) -> None:
    away = story.Truth(away=((at("2026-11-17T12:00"), at("2026-11-18T12:00"), at("2026-11-17T12:00")),))
    later = [f"2026-11-{day}T08:00+01:00" for day in range(20, 31)] + ["2026-12-01T08:00+01:00"]
    visits = [visit(start) for start in (*standing, *later)]
    found = judging.visits_wrong(visits, away, at("2026-11-19T00:30"), date(2026, 11, 18), ["08:00"])
    assert found == wrong


def at(local: str) -> datetime:
    return datetime.fromisoformat(f"{local}+01:00")


def test_the_hospital_may_not_show_told_before_the_receipt() -> None:
    told = {"key": "A", "told": True, "happened": [{"at": "2026-11-18T10:00:00+00:00", "what": "varslet m1"}]}
    receipt = {
        "type": "APPREC",
        "answers": "m1",
        "status": "1",
        "msg_id": "r1",
        "at": "2026-11-18T10:00:01+00:00",
    }
    made = Played(
        story.load("discharge", TODAY), "", 0, shown={"hospital": {"stays": [told]}}, wire=[receipt]
    )
    assert judging.criteria(made, None)["3"]["state"] == "failed"
    made.wire[0]["at"] = "2026-11-18T09:59:59+00:00"
    assert judging.criteria(made, None)["3"]["state"] == "passed"
    made.wire[0]["status"] = "2"
    assert judging.criteria(made, None)["3"]["state"] == "failed"
