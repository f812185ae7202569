"""What the status of flows shows."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from akson.web.shell import words
from akson.web.shell.operations import HOME, Operations, partner_words
from akson.web.shell.post_desk import OUT, Certificate, Difference, Flow, Overview

SEVERITY = {
    "notice": ("info", "Bestill nytt"),
    "soon": ("warning", "Nytt må være bestilt"),
    "urgent": ("danger", "Bytt nå"),
    "fatal": ("danger", "Utløpt: ingenting kan sendes"),
}
COLUMNS = (
    ("queued", "I kø", "i-ko", "venter-her"),
    ("unconfirmed", "Ikke bekreftet", "sendt", ""),
    ("done", "Bekreftet", "bekreftet", "tatt-imot"),
    ("refused", "Avvist", "avvist", "avvist-her"),
    ("failed", "Ikke sendt", "ikke-sendt", ""),
    ("overdue", "Over fristen", "ikke-bekreftet", ""),
)
"""Field, heading, and the state to search for: of what went out, of what came in."""
GRAVE = ("refused", "failed", "overdue")


@dataclass(frozen=True, slots=True)
class Cell:
    label: str
    number: int
    path: str
    """Of the search that shows them; "" for none."""
    grave: bool


@dataclass(frozen=True, slots=True)
class FlowRow:
    out: bool
    partner: str
    her: str
    type: str
    total: int
    path: str
    cells: tuple[Cell, ...]
    heard: str


@dataclass(frozen=True, slots=True)
class CertificateRow:
    name: str
    use: str
    until: str
    left: str
    colour: str
    told: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    words: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SilentRow:
    partner: str
    type: str
    words: str


@dataclass(frozen=True, slots=True)
class DeviationRow:
    partner: str
    ours: str
    """`2 av 14`."""
    theirs: str


@dataclass(frozen=True, slots=True)
class StatusView:
    ops: Operations
    flows: tuple[FlowRow, ...]
    total: int
    differences: tuple[DifferenceRow, ...]
    silent: tuple[SilentRow, ...]
    certificates: tuple[CertificateRow, ...]
    has_certificates: bool
    deviations: tuple[DeviationRow, ...] = ()


def view_of(ops: Operations, found: Overview) -> StatusView:
    return StatusView(
        ops,
        tuple(_flow(flow, ops.now) for flow in found.flows),
        sum(flow.total for flow in found.flows),
        tuple(difference_row(d) for d in found.differences),
        tuple(SilentRow(partner_words(s.partner), s.type_words, s.words) for s in found.silent),
        tuple(_certificate(c) for c in found.certificates),
        found.has_certificates,
        tuple(
            DeviationRow(
                partner_words(d.partner), f"{d.about_ours} av {d.sent}", f"{d.about_theirs} av {d.received}"
            )
            for d in found.deviations
        ),
    )


def difference_row(difference: Difference) -> DifferenceRow:
    links = tuple(
        (f"{HOME}/{difference.way}/{id}" if difference.way else "", f"nummer {id}")
        for id in difference.ids[:20]
    )
    return DifferenceRow(difference.words, links)


def _flow(flow: Flow, now: datetime) -> FlowRow:
    out = flow.way == OUT
    today = f"{words.local(now):%Y-%m-%d}"

    def search(state: str) -> str:
        asked = {"partner": flow.partner.her, "type": flow.type, "tilstand": state, "fra": today}
        return f"{HOME}/sok?{urlencode({k: v for k, v in asked.items() if v})}"

    cells = []
    for field, label, went, came in COLUMNS:
        number, state = getattr(flow, field), went if out else came
        heading = {"I kø": "Venter her", "Bekreftet": "Tatt imot"}.get(label, label) if not out else label
        path = search(state) if number and state else ""
        cells.append(Cell(heading, number, path, field in GRAVE and number > 0))
    heard = words.moment(flow.heard, now) if flow.heard else ""
    return FlowRow(
        out,
        partner_words(flow.partner),
        flow.partner.her if flow.partner.name else "",
        flow.type_words,
        flow.total,
        search(""),
        tuple(cells),
        heard,
    )


def _certificate(one: Certificate) -> CertificateRow:
    colour, told = SEVERITY[one.severity]
    left = f"{one.days} dager igjen" if one.days >= 0 else f"gikk ut for {-one.days} dager siden"
    return CertificateRow(one.name, one.use, words.day(one.until), left, colour, told)
