"""What has happened since the reader last looked: messages, measurements, notes, items; the gravest are marked.

At a first visit the last thirty days are told instead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from akson.care.contacts.messages import CareMessage
from akson.care.fhir_json import Resource, concept_text, display, instant
from akson.care.homefollowup.news2 import EMERGENCY_TOTAL, URGENT_TOTAL, Vital, score
from akson.care.homefollowup.readings import Reading, Weight
from akson.care.quantities import number_words
from akson.web.shell import words
from akson.web.shell.news2_panel import DRAWN_MIN, total_words
from akson.web.workspace.front_page.view import News, NewsRow

FIRST_VISIT_LOOKS_BACK = timedelta(days=30)
ROWS_SHOWN = 5
WEIGHT_COMPARED_OVER = timedelta(days=7)
WEIGHT_CHANGE_TOLD_KG = 1
MESSAGE_LINE_MAX = 140


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime
    row: NewsRow


def one_line(text: str, limit: int = MESSAGE_LINE_MAX) -> str:
    """The beginning of a text on one line, cut between words."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[:limit].rsplit(" ", 1)[0] + " …"


def _messages(
    patient: str,
    messages: Iterable[CareMessage],
    when: Callable[[datetime], str],
    changes: Mapping[str, Sequence[str]],
) -> Iterator[Happening]:
    for message in messages:
        if message.at:
            yield Happening(
                message.at,
                NewsRow(
                    when(message.at),
                    "Melding",
                    message.title,
                    _from(message, changes.get(message.id, ())),
                    f"/pasient/{patient}/meldinger/{message.id}",
                    "Les",
                    grave=message.type_code == "LOG_INNLAGT",
                ),
            )


def _from(message: CareMessage, changed: Sequence[str]) -> str:
    sender = f"fra {message.sender}" if message.sender else ""
    new = f"Endret: {'; '.join(changed)}" if changed else ""
    return ". ".join(part for part in (sender, new) if part)


def _change(total: int, before: int | None) -> str:
    if before is None or total == before:
        return "" if before is None else "uendret"
    return f"opp fra {before}" if total > before else f"ned fra {before}"


def _values(reading: Reading) -> str:
    names = ((Vital.RESPIRATION, "Respirasjon {}"), (Vital.SATURATION, "SpO₂ {} %"), (Vital.SYSTOLIC, "BT {}"),
             (Vital.PULSE, "puls {}"), (Vital.TEMPERATURE, "temperatur {}"))  # fmt: skip
    told = [text.format(number_words(reading.values[v])) for v, text in names if v in reading.values]
    return ", ".join(told)


def _measurements(sets: Sequence[Reading], when: Callable[[datetime], str]) -> Iterator[Happening]:
    before: int | None = None
    for reading in (r for r in sets if len(r.values) >= DRAWN_MIN):
        result = score(reading.measured())
        change = _change(result.total, before)
        text = ". ".join(part for part in (change, _values(reading)) if part)
        before = result.total
        grave = result.total >= URGENT_TOTAL
        action = "Se NEWS2" if grave else ""
        strong = f"NEWS2 {total_words(result)}" + (" – akutt" if result.total >= EMERGENCY_TOTAL else "")
        row = NewsRow(when(reading.at), "Måling", strong, text, "#news2" if action else "", action, grave)
        yield Happening(reading.at, row)


def _weights(weights: Sequence[Weight], when: Callable[[datetime], str]) -> Iterator[Happening]:
    """The newest weight, when it has moved a kilogram or more against the oldest of the last week."""
    if not weights:
        return
    latest = weights[-1]
    base = next((w for w in weights if latest.at - w.at <= WEIGHT_COMPARED_OVER), latest)
    change, days = latest.kilograms - base.kilograms, (latest.at.date() - base.at.date()).days
    if abs(change) >= WEIGHT_CHANGE_TOLD_KG:
        sign = "+" if change > 0 else "−"
        text = f"{sign}{number_words(abs(change))} kg på {days} {'dag' if days == 1 else 'dager'}"
        yield Happening(
            latest.at, NewsRow(when(latest.at), "Måling", f"Vekt {number_words(latest.kilograms)} kg", text)
        )


def _notes(notes: Iterable[Resource], when: Callable[[datetime], str]) -> Iterator[Happening]:
    for note in notes:
        at = instant(note.get("date") or note.get("effectiveDateTime"))
        if at:
            text = one_line(str(note.get("summary") or ""))
            yield Happening(at, NewsRow(when(at), "Notat", display(note.get("assessor")), text))


def _medications(statements: Iterable[Resource], when: Callable[[datetime], str]) -> Iterator[Happening]:
    for statement in statements:
        at = instant(statement.get("dateAsserted"))
        contained = next(iter(statement.get("contained") or []), {})
        name = concept_text(statement.get("medicationCodeableConcept")) or concept_text(contained.get("code"))
        if at and name:
            stopped = statement.get("status") in ("stopped", "completed")
            yield Happening(
                at, NewsRow(when(at), "Legemiddel", name, "seponert" if stopped else "ført i listen")
            )


@dataclass(frozen=True, slots=True)
class Sources:
    """What news are drawn from, all of one patient."""

    messages: Sequence[CareMessage]
    sets: Sequence[Reading]
    weights: Sequence[Weight]
    notes: Sequence[Resource]
    medications: Sequence[Resource]
    changes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What is new in a message that replaces an earlier one, by its id."""


def news(patient: str, sources: Sources, since: datetime | None, now: datetime) -> News:
    """Newest first. The rest beyond five rows is folded, never left out."""
    start = since or now - FIRST_VISIT_LOOKS_BACK

    def when(at: datetime) -> str:
        return words.moment(at, now)

    happened = [
        *_messages(patient, sources.messages, when, sources.changes),
        *_measurements(sources.sets, when),
        *_weights(sources.weights, when),
        *_notes(sources.notes, when),
        *_medications(sources.medications, when),
    ]
    rows = [h.row for h in sorted(happened, key=lambda h: h.at, reverse=True) if start < h.at <= now]
    told = words.sentence(words.spoken_moment(since, now)) if since else ""
    return News(told, tuple(rows[:ROWS_SHOWN]), tuple(rows[ROWS_SHOWN:]))
