"""Answers of other enterprises to what the page shows: by kind, each line with whose it is and how old."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from akson.sharing.classes import SharedClass
from akson.sharing.federation.federation import WORDS, Asked
from akson.sharing.values import Answer, Outcome, Part, Question
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.workspace.from_others.lines import UNREADABLE, parsed, told
from akson.web.workspace.from_others.view import FromOthersView, KindPanel, Line, MissingRow

SEARCHES: tuple[tuple[SharedClass, str, str], ...] = (
    (SharedClass.CRITICAL, "Kritisk informasjon", "AllergyIntolerance"),
    (
        SharedClass.MEDICATION,
        "Legemidler i bruk",
        "MedicationStatement?status=active&_include=MedicationStatement:medication",
    ),
    (SharedClass.PROBLEMS, "Sykdommer og problemer", "Condition"),
    (SharedClass.PLAN, "Planer", "CarePlan?status=active"),
    (SharedClass.RESULTS, "Prøvesvar", "DiagnosticReport?_sort=-date&_count=20"),
    (SharedClass.DOCUMENTS, "Dokumenter", "DocumentReference?_sort=-date&_count=20"),
    (SharedClass.PERSON, "Pårørende", "RelatedPerson"),
)
"""What is asked for, in the order it is read. Contacts and services are not: the policy in force gives them to nobody
elsewhere (grant AKS-RULE-ATTESTED: demographic, clinical)."""
NAMED_MAX = 20
"""Missing sources that are named one by one; without an index there may be thousands."""
LIVE = timedelta(minutes=2)
_BY_WISH = frozenset({SharedClass.RESULTS, SharedClass.DOCUMENTS})
"""The newest are asked for: that a source has more is what was wished."""


def questions(national_id: str, purpose: str) -> list[Question]:
    return [Question(national_id, search, kind, purpose) for kind, _, search in SEARCHES]


def view_of(chart: Chart, asked: Asked, now: datetime, again: str) -> FromOthersView:
    titles = {kind: title for kind, title, _ in SEARCHES}
    panels = tuple(_panel(answer, titles[answer.question.kind], now) for answer in asked.answers)
    return FromOthersView(
        chart,
        panels,
        _rows(asked.answers, (Outcome.SILENT, Outcome.SPARED)),
        _rows(asked.answers, (Outcome.REFUSED,)),
        asked.degraded,
        tuple(dict.fromkeys(part.source.name for answer in asked.answers for part in answer.parts)),
        again=again,
    )


def _panel(answer: Answer, title: str, now: datetime) -> KindPanel:
    kind = answer.question.kind
    lines = [line for part in answer.parts for line in _lines(part, now)]
    answered = [part for part in answer.parts if part.outcome is Outcome.ANSWERED]
    return KindPanel(
        id=kind.value,
        title=title,
        # What is grave comes first; whose it is stands on each line.
        lines=tuple(sorted(lines, key=lambda line: not line.grave)),
        none=tuple(part.source.name for part in answered if not part.resources),
        missing=_few([part.source.name for part in answer.missing]),
        more=tuple(part.source.name for part in answered if part.more and kind not in _BY_WISH),
        unasked=not answer.parts,
    )


def _few(names: list[str]) -> tuple[str, ...]:
    if len(names) <= NAMED_MAX:
        return tuple(names)
    return (*names[:NAMED_MAX], f"{len(names) - NAMED_MAX} andre")


def _lines(part: Part, now: datetime) -> list[Line]:
    found, unreadable = parsed(part.resources)
    age = _age(part, now)
    lines = [
        Line(title, detail, when, part.source.name, age, grave)
        for title, detail, when, grave in told(found, now)
    ]
    return lines + [Line(UNREADABLE, "", "", part.source.name, age)] * unreadable


def _age(part: Part, now: datetime) -> str:
    if part.as_of is None or now - part.as_of < LIVE:
        return f"hentet {words.clock(now)}"
    return f"kopi fra {words.moment(part.as_of, now)}"


def _rows(answers: Sequence[Answer], outcomes: tuple[Outcome, ...]) -> tuple[MissingRow, ...]:
    """One row for each source that is so for some kind, and which kinds."""
    why: dict[str, str] = {}
    kinds: dict[str, list[str]] = {}
    for answer in answers:
        for part in answer.parts:
            if part.outcome in outcomes:
                why.setdefault(part.source.name, part.why)
                kinds.setdefault(part.source.name, []).append(WORDS[answer.question.kind])
    rows = [MissingRow(name, why[name], listed(kinds[name])) for name in why]
    if len(rows) <= NAMED_MAX:
        return tuple(rows)
    others = rows[NAMED_MAX:]
    both = listed(kind for row in others for kind in kinds[row.name])
    return (*rows[:NAMED_MAX], MissingRow(f"{len(others)} andre kilder", others[-1].why, both))


def listed(parts: Iterable[str]) -> str:
    """`legemidler, planer og notater`."""
    *first, last = dict.fromkeys(parts)
    return f"{', '.join(first)} og {last}" if first else last
