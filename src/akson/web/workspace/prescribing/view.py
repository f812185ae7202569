"""What the screen of orders shows. Nothing is chosen beforehand; what was typed stands until it is signed."""

from collections.abc import Mapping
from dataclasses import dataclass

from akson.care.decisionsupport.advice import Advice
from akson.care.medication.prescribing.catalogue import Hit
from akson.web.shell.chart import Chart

SEVERITY = {
    "critical": ("Alvorlig", "danger"),
    "warning": ("Advarsel", "warning"),
    "info": ("Til vurdering", "info"),
}
RENEW, CHANGE, STOP = "forny", "endre", "seponer"
ACTS = ((RENEW, "Forny"), (CHANGE, "Endre"), (STOP, "Seponer"))


@dataclass(frozen=True, slots=True)
class RowView:
    number: int
    """Its key, while it is one digit."""
    line: str
    """`MedicationStatement/m1`."""
    name: str
    what: str
    """`40 mg tablett · Furix`."""
    dose: str
    small: str
    """`Hjertesvikt · siden 14.03.2025 · til og med 02.12.2026`."""
    ordered: str
    """`Forordnet 27.11.2026 av Nadia Berg, gyldig til 27.11.2027`; "" when no order stands behind it."""
    advice: tuple[tuple[str, str], ...]
    """(title, colour) of what the rules say of it."""
    act: str = ""
    new_strength: str = ""
    new_dose: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AdviceView:
    """Of what is about to be ordered. `seen` names it, so that nothing is signed that was not shown."""

    told: tuple[Advice, ...] = ()
    unread: tuple[str, ...] = ()
    """Names that no rule can judge."""
    asked: bool = False
    """Whether anything is proposed at all."""
    seen: str = ""
    despite: str = ""
    """Why it is ordered though she has stated a serious allergy."""

    @property
    def interrupts(self) -> Advice | None:
        return next((one for one in self.told if one.interrupts), None)

    @property
    def words(self) -> Mapping[str, tuple[str, str]]:
        return SEVERITY


@dataclass(frozen=True, slots=True)
class PrescribingView:
    chart: Chart
    rows: tuple[RowView, ...]
    empty: str
    often: tuple[Hit, ...]
    new: Mapping[str, str]
    """The fields of a new medicine, as typed."""
    advice: AdviceView
    version: int
    signing: str
    said: str = ""
    wrong: str = ""
    acts: tuple[tuple[str, str], ...] = ACTS


@dataclass(frozen=True, slots=True)
class HitsView:
    hits: tuple[Hit, ...]
    typed: str
