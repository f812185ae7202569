"""What a NEWS2 asks for: how often to measure, whom to tell, and whether it makes an item. The rule is data.

Source: `escalation.json` names it. Scoring does not belong here: see `news2`.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from akson.care.homefollowup.news2 import Risk, Score

_DATA = json.loads(Path(__file__).with_name("escalation.json").read_text("utf-8"))
SOURCE, EDITION, LOCAL = str(_DATA["source"]), str(_DATA["edition"]), str(_DATA["local"])


@dataclass(frozen=True, slots=True)
class Step:
    risk: Risk
    every: str
    """`minst hver time`."""
    advice: str
    priority: str = ""
    """Of the item it makes; "" when it makes none."""
    due_minutes: int = 0


def _step(row: dict[str, object]) -> Step:
    item = row["item"]
    made = item if isinstance(item, dict) else {}
    return Step(
        Risk(str(row["risk"])),
        str(row["every"]),
        str(row["advice"]),
        str(made.get("priority", "")),
        int(str(made.get("due_minutes", 0))),
    )


STEPS = {step.risk: step for step in map(_step, _DATA["steps"])}


def step_of(score: Score) -> Step:
    """What the score asks for. An incomplete one asks for at least this."""
    return STEPS[score.risk]
