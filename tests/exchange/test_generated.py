"""At least two thousand messages drawn by chance, each held against the answer that the rules give it (generated.py)."""

import json
import random
from pathlib import Path

import pytest

from akson.app.trial import open_trial, read_known
from akson.exchange.judgement import Addressed, judge, unreadable
from akson.exchange.opening import open_message
from tests.exchange.generated import OURS, PEOPLE, RECEIVERS, Drawn, Expected, draw
from tests.exchange.test_referee import seeds

EACH = 2_000
"""Judged for each seed: pure, some seconds."""
WHOLE = 25
"""Taken through the whole inbox for each seed."""


def drawn(seed: int, count: int) -> list[Drawn]:
    chance = random.Random(seed)
    return [draw(chance) for _ in range(count)]


def told(content: bytes) -> Expected:
    opened = open_message(content)
    envelope = opened.envelope
    addressed = []
    for receiver in envelope.receivers if envelope else ():
        ours = receiver.party.organisation_her == OURS["house"]
        known = receiver.party.her in OURS.values()
        addressed.append(Addressed(receiver, receiver.party.her if ours and known else None, ours))
    verdict = judge(opened, addressed)
    answers = tuple((a.receiver.role, tuple(sorted({e.code for e in a.errors}))) for a in verdict.answers)
    if envelope is None or not envelope.sender.key or unreadable(opened):
        return Expected("unreadable", answers)
    word = "accepted" if verdict.accepted else "rejected" if answers else "not-for-us"
    return Expected(word, answers)


def agrees(message: Drawn, found: Expected) -> bool:
    if message.expected.verdict != "unreadable":
        return found == message.expected
    # Whether anybody can be told of ruins depends on where they begin; then it is T01, and nothing else.
    return found.verdict == "unreadable" and all(codes == ("T01",) for _, codes in found.answers)


@pytest.mark.parametrize("seed", seeds())
def test_each_message_is_judged_as_the_rules_say(seed: int) -> None:
    print(f"seed {seed}: AKSON_SEEDS={seed}-{seed} repeats it")
    seen: dict[str, int] = {}
    for message in drawn(seed, EACH):
        found = told(message.content())
        assert agrees(message, found), (message, found, message.expected)
        seen[found.verdict] = seen.get(found.verdict, 0) + 1
    assert min(seen.get(word, 0) for word in ("accepted", "rejected", "unreadable", "not-for-us")) > 20, seen


@pytest.mark.parametrize("seed", seeds())
async def test_the_whole_inbox_answers_as_the_rules_say(seed: int, tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps(PEOPLE), "utf-8")
    async with open_trial(read_known(people)) as trial:
        for message in drawn(seed + 10_000, WHOLE):
            judged = await trial.judge("a.xml", message.content())
            roles = {"REQ": "PRIM", "SPR": "PRIM"}
            answers = tuple(
                (roles.get(r.role, r.role), tuple(sorted(set(r.codes)))) for r in judged.outcome.receipts
            )
            found = Expected(judged.verdict.removesuffix("-with-warning"), answers)
            assert agrees(message, found), (message, found, message.expected)
            if message.processing in ("T", "D") and found.verdict == "accepted":
                assert {r["resourceType"] for r in judged.resources} == {"Task"}
            if message.codes in ("unknown code", "other list") and found.verdict == "accepted":
                assert judged.verdict == "accepted-with-warning" or message.codes == "unknown code"


def test_every_kind_of_thing_is_drawn() -> None:
    messages = drawn(0, EACH)
    for field in (
        "number",
        "msg_id",
        "receiver",
        "copy",
        "broken",
        "ruined",
        "codes",
        "processing",
        "encoding",
    ):
        assert len({getattr(message, field) for message in messages}) >= 3, field
    assert {message.receiver for message in messages} == set(RECEIVERS)
