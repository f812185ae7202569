"""What «Planen» shows the citizen, in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass

from akson.web.shell.shared_plan import LineRow, PlanRows


@dataclass(frozen=True, slots=True)
class MyPlanView:
    own: bool
    """Whether the reader is the person herself; who represents her reads."""
    plan: PlanRows
    today: LineRow | None
    """How she said it is today."""
    advice: str
    """What her plan says to do in that zone; ""."""
    colours: tuple[tuple[str, str, str], ...]
    """Code, word and explanation of each choice."""
    ids: Mapping[str, str]
    news: str
    said: str
    fault: str
