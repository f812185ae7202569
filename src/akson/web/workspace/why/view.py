"""Why, in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReasonRow:
    text: str
    source: str
    """Legal source; ""."""
    rule: str
    permits: bool


@dataclass(frozen=True, slots=True)
class WhyView:
    permit: bool
    reasons: tuple[ReasonRow, ...]
    ways_in: tuple[str, ...]
    """What would give the reader's role access: `tjenestevedtak`; () when she has it, or nothing would."""
    policy_version: str
    path: str = ""
    """Back to the record; "" for one who may not go there."""
