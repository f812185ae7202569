"""Advice as the page shows it."""

from dataclasses import dataclass

from akson.care.decisionsupport.advice import Advice
from akson.care.decisionsupport.cards import OVERRIDES
from akson.web.shell.advisers import Outside
from akson.web.shell.chart import Chart

SEVERITY = {
    "critical": ("Alvorlig", "danger"),
    "warning": ("Advarsel", "warning"),
    "info": ("Til vurdering", "info"),
}
REASONS = dict(OVERRIDES)


@dataclass(frozen=True, slots=True)
class AsideRow:
    """Advice that somebody has set aside."""

    title: str
    reason: str
    comment: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class AdviceView:
    chart: Chart
    advice: tuple[Advice, ...]
    aside: tuple[AsideRow, ...]
    outside: tuple[Outside, ...]
    unread: tuple[str, ...]
    """Names of drugs that no rule can judge."""
    egfr: str
    """`eGFR 28 (20.11.2026)`, or ""."""
    may_set_aside: bool
    edition: str
    fault: str = ""
    fault_key: str = ""
    reasons: tuple[tuple[str, str], ...] = OVERRIDES

    @property
    def words(self) -> dict[str, tuple[str, str]]:
        return SEVERITY
