"""One table of the bundles in a folder: story, criteria 1 to 8, seconds, files. Read from the evidence alone.

Told(story="corrupted", states="pppppppp", seconds=9.1, messages=7, receipts=7, files=28, key="euJZ…")
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from akson_lab.stories.evidence import MANIFEST

SIGNS = {"passed": "ja", "failed": "**nei**", "not-yet": "ikke prøvd"}


@dataclass(frozen=True, slots=True)
class Told:
    story: str
    words: str
    states: tuple[str, ...]
    """Of criteria 1 to 8."""
    steps: int
    seconds: float
    messages: int
    receipts: int
    files: int
    key: str
    """Of the log of the node that it was played on."""


def told_of(bundle: Path) -> Told:
    manifest, story = (json.loads((bundle / name).read_bytes()) for name in (MANIFEST, "story.json"))
    places = list(manifest["files"])
    return Told(
        story["story"],
        story["words"],
        tuple(story["criteria"][n]["state"] for n in "12345678"),
        len(story["steps"]),
        sum(step["seconds"] for step in story["steps"]),
        sum(p.startswith("messages/") and "-" not in p for p in places),
        sum(p.startswith("receipts/") and "-" not in p for p in places),
        len(places),
        manifest["key"],
    )


def bundles(folder: Path) -> list[Path]:
    """The clean run first."""
    found = [place.parent for place in folder.glob(f"*/{MANIFEST}")]
    return sorted(found, key=lambda place: (place.name != "discharge", place.name))


def lines(told: Iterable[Told], refused: Mapping[str, tuple[int, int]]) -> Sequence[str]:
    """`refused`: story -> how many changed copies of its bundle akson-verify refused, of how many."""
    names = (
        "historie",
        *"12345678",
        "trinn",
        "sekunder",
        "filer",
        "meldinger",
        "kvitteringer",
        "endrede avvist",
    )
    head = (f"| {' | '.join(names)} |", "| --- " * len(names) + "|")
    rows = [
        "| "
        + " | ".join(
            (
                each.story, *(SIGNS[state] for state in each.states), str(each.steps), f"{each.seconds:.0f}",
                str(each.files), str(each.messages), str(each.receipts), "{} av {}".format(*refused[each.story]),
            )
        )
        + " |"
        for each in told
    ]  # fmt: skip
    return (*head, *rows)
