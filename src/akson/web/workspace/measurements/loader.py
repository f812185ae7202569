"""What is measured of a patient, from the record to words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from akson.care.fhir_json import Resource, concept_text, display, instant
from akson.care.homefollowup import escalation
from akson.care.homefollowup.entry import FIELDS, LEVEL, OXYGEN, Entry, Field
from akson.care.homefollowup.limits import Limit, limits
from akson.care.homefollowup.news2 import (
    PULSE,
    RESPIRATION,
    RISK_WORDS,
    SATURATION,
    SATURATION_2_AIR,
    SATURATION_2_OXYGEN,
    SYSTOLIC,
    TEMPERATURE,
    Chart,
    score,
)  # fmt: skip
from akson.care.homefollowup.readings import Reading, readings
from akson.care.homefollowup.recorded import is_set, value_of
from akson.care.homefollowup.scale import FOLLOW_UP, Scale2, on_scale, scale_2
from akson.care.quantities import number_words, quantity_words
from akson.care.testresults.reports import Point
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import Chart as PatientChart
from akson.web.shell.curve_drawing import drawing
from akson.web.shell.news2_panel import LEVELS, news2_view, total_words
from akson.web.shell.reading import may_see, of_patient, resources, search_all, token
from akson.web.workspace.measurements.view import (
    Box,
    Correction,
    LimitRow,
    MeasurementsView,
    Saved,
    SetRow,
    Trend,
    ValueRow,
)  # fmt: skip

OBSERVATIONS_MAX = 200
SETS_LISTED = 12
TREND_POINTS = 30
TRENDS = ("vekt", "bs")
_CHARTS = {
    "resp": RESPIRATION, "spo2": SATURATION, "sys": SYSTOLIC, "puls": PULSE, "temp": TEMPERATURE,
}  # fmt: skip


_ORDER = {f.label: n for n, f in enumerate(FIELDS)}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the record holds of it."""

    observations: tuple[Resource, ...]
    wholes: tuple[Resource, ...]
    """The Observations that hold sets together, newest first."""
    times: list[Scale2]
    standing: list[Limit]
    sets: list[Reading]
    more: bool

    def on_scale_2(self, at: datetime) -> bool:
        return any(one.at(at) for one in self.times)

    def named(self, id: str) -> Resource | None:
        return next((o for o in self.observations if o["id"] == id), None)

    def whole_of(self, id: str) -> Resource | None:
        place = f"Observation/{id}"
        return next(
            (w for w in self.wholes if any(m.get("reference") == place for m in w.get("hasMember") or [])),
            None,
        )


async def measured(session: RecordSession, patient: str) -> Measured:
    vital, whole, goals, flags = await search_all(
        session,
        (
            of_patient(
                "Observation", patient, token("category", "vital-signs"), sort="date", count=OBSERVATIONS_MAX
            ),
            of_patient(
                "Observation", patient, token("code", "news2", system=FOLLOW_UP), sort="date", count=60
            ),
            of_patient("Goal", patient),
            of_patient("Flag", patient),
        ),
    )
    times = scale_2(resources(flags.matches))
    found = tuple(resources(vital.matches))
    return Measured(
        observations=found,
        wholes=tuple(w for w in resources(whole.matches) if is_set(w)),
        times=times,
        standing=limits(resources(goals.matches)),
        sets=on_scale(readings(found), times),
        more=vital.next_cursor is not None,
    )


def _bands(chart: Chart) -> str:
    return " ".join(f"{'' if b.upper is None else b.upper}:{b.points}" for b in chart.bands)


def _bands_of(one: Field, *, on_scale_2: bool) -> str:
    if one.name == "spo2" and on_scale_2:
        return f"{_bands(SATURATION_2_AIR)}|{_bands(SATURATION_2_OXYGEN)}"
    return _bands(_CHARTS[one.name]) if one.name in _CHARTS else ""


def _last(one: Field, observations: Sequence[Resource], now: datetime) -> str:
    for observation in observations:
        at = instant(observation.get("effectiveDateTime"))
        value = value_of(observation, one)
        if at and value is not None and observation.get("status") != "entered-in-error":
            return f"{number_words(value)}, {words.moment(at, now)}"
    return ""


def _box(one: Field, found: Measured, entry: Entry, given: Mapping[str, str], now: datetime) -> Box:
    limit = next((m for m in found.standing if m.field.name == one.name), None)

    def end(value: Decimal | None) -> str:
        return "" if value is None else str(value)

    return Box(
        name=one.name, label=one.label, unit=one.unit, text=given.get(one.name, ""), fault=entry.faults.get(one.name, ""),
        unusual=entry.unusual.get(one.name, ""), last=_last(one, found.observations, now), digits=one.digits,
        long=one.long, tenths=one.tenths, low=str(one.possible[0]), high=str(one.possible[1]),
        usual_low=str(one.usual[0]), usual_high=str(one.usual[1]),
        bands=_bands_of(one, on_scale_2=found.on_scale_2(now)), news2=one.news2, limit=limit.words if limit else "",
        limit_low=end(limit.low) if limit else "", limit_high=end(limit.high) if limit else "",
    )  # fmt: skip


def _trail(observation: Resource, now: datetime) -> tuple[str, ...]:
    told = []
    for note in observation.get("note") or []:
        at = instant(note.get("time"))
        by = note.get("authorString") or display(note.get("authorReference"))
        told.append(
            " · ".join(
                part for part in (words.moment(at, now) if at else "", by, str(note.get("text", ""))) if part
            )
        )
    return tuple(told)


def _values(observation: Resource, patient: str, now: datetime, *, writes: bool) -> list[ValueRow]:
    withdrawn = observation.get("status") == "entered-in-error"
    path = f"/pasient/{patient}/maalinger?rett={observation['id']}&felt="
    rows = [
        ValueRow(
            one.label, number_words(value), one.unit, _trail(observation, now), withdrawn,
            f"{path}{one.name}#rett" if writes and not withdrawn else "",
        )
        for one in FIELDS
        if (value := value_of(observation, one)) is not None
    ]  # fmt: skip
    if rows:
        return rows
    text = concept_text(observation.get("valueCodeableConcept")) or quantity_words(
        observation.get("valueQuantity")
    )
    name = concept_text(observation.get("code"))
    if name == "Oksygen i pusteluften" and text == "21 %":
        name, text = "Oksygen", "luft"
    correct = f"{path}#rett" if writes and not withdrawn else ""
    return [ValueRow(name, text, "", _trail(observation, now), withdrawn, correct)]


def _set_rows(found: Measured, patient: str, now: datetime, *, writes: bool) -> tuple[SetRow, ...]:
    """Occasions, newest first. What was measured at the same moment by the same person stands together."""
    together: dict[tuple[str, str], list[Resource]] = {}
    for observation in found.observations:
        by = display(next(iter(observation.get("performer") or []), None))
        together.setdefault((str(observation.get("effectiveDateTime")), by), []).append(observation)
    rows = []
    for (at, by), members in list(together.items())[:SETS_LISTED]:
        moment = instant(at)
        counted = on_scale(readings(members), found.times)
        total = score(counted[0].measured()) if counted and len(counted[0].values) > 2 else None
        values = [row for m in members for row in _values(m, patient, now, writes=writes)]
        values.sort(key=lambda row: _ORDER.get(row.name, len(_ORDER)))
        rows.append(
            SetRow(
                words.moment(moment, now) if moment else "",
                by,
                f"NEWS2 {total_words(total)}" if total else "",
                tuple(values),
                open=any(v.trail for v in values),
            )
        )
    return tuple(rows)


def _trends(found: Measured, now: datetime) -> tuple[Trend, ...]:
    drawn = []
    for one in (f for f in FIELDS if f.name in TRENDS):
        points = [
            Point(at=at, number=value, value=number_words(value), mark="", range="")
            for o in reversed(found.observations)
            if o.get("status") != "entered-in-error"
            if (value := value_of(o, one)) is not None and (at := instant(o.get("effectiveDateTime")))
        ][-TREND_POINTS:]
        if len(points) > 1:
            latest = f"{points[-1].value} {one.unit}, {words.moment(points[-1].at, now)}"
            drawn.append(Trend(one.label, drawing(one.label, one.unit, points), latest))
    return tuple(drawn)


def _scale_words(found: Measured, now: datetime) -> str:
    here = next((one for one in found.times if one.at(now)), None)
    if here is None:
        return ""
    by = f", bestemt av {here.decided_by}" if here.decided_by else ""
    return f"Skala 2 siden {words.day(here.since)}{by}"


def saved_view(found: Measured, whole: Resource, patient: str, items: Sequence[str]) -> Saved | None:
    """What is said of the set that `whole` holds together."""
    held = {str(m.get("reference")) for m in whole.get("hasMember") or []}
    members = [o for o in found.observations if f"Observation/{o['id']}" in held]
    counted = on_scale(readings(members), found.times)
    if not counted:
        return Saved("Lagret", 0, "", "", tuple(items), "")
    result = score(counted[0].measured())
    step = escalation.step_of(result)
    if len(result.points) < 3:
        return Saved("Lagret", 0, "", "", tuple(items), "")
    alert = f"/pasient/{patient}/ny-melding" if step.priority else ""
    return Saved(
        f"NEWS2 {total_words(result)} – {RISK_WORDS[result.risk]}",
        LEVELS[result.risk],
        step.every,
        step.advice,
        tuple(items),
        alert,
    )


def correction_of(found: Measured, id: str, name: str, now: datetime) -> Correction | None:
    observation = found.named(id)
    if observation is None or observation.get("status") == "entered-in-error":
        return None
    one = next((f for f in FIELDS if f.name == name), None)
    value = value_of(observation, one) if one else None
    at = instant(observation.get("effectiveDateTime"))
    if one is None or value is None:
        one = None
    return Correction(
        id, int(observation["meta"]["versionId"]), one.name if one else "",
        one.label if one else concept_text(observation.get("code")), one.unit if one else "",
        number_words(value) if value is not None else "", words.moment(at, now) if at else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it comes back, and what is said beside it."""

    given: Mapping[str, str]
    entry: Entry
    id: str
    confirm: str = ""
    said: str = ""
    side_fault: str = ""


def view_of(
    chart: PatientChart, found: Measured, form: Form, now: datetime, *, shown: bool, saved: Saved | None = None,
    correction: Correction | None = None,
) -> MeasurementsView:  # fmt: skip
    patient = chart.person.id
    return MeasurementsView(
        chart=chart,
        shown=shown,
        boxes=tuple(_box(f, found, form.entry, form.given, now) for f in FIELDS),
        level=form.given.get(LEVEL, ""),
        level_fault=form.entry.faults.get(LEVEL, ""),
        at=form.given.get("tid", ""),
        form_id=form.id,
        confirm=form.confirm,
        faults=len(form.entry.faults),
        saved=saved,
        said=form.said,
        news2=news2_view(found.sets, now),
        sets=_set_rows(found, patient, now, writes=chart.writes),
        trends=_trends(found, now),
        limits=tuple(
            LimitRow(
                str(m.goal["id"]), int(m.goal["meta"]["versionId"]), m.field.label, m.words, m.decided_by
            )
            for m in found.standing
        ),
        limit_fields=tuple((f.name, f"{f.label} ({f.unit})") for f in FIELDS if f.name != OXYGEN),
        scale_2=found.on_scale_2(now),
        scale_words=_scale_words(found, now),
        advice=tuple((r.value, RISK_WORDS[r], escalation.STEPS[r].advice) for r in escalation.STEPS),
        source=f"{escalation.SOURCE}. {escalation.LOCAL}",
        correction=correction,
        side_fault=form.side_fault,
        older=found.more,
    )


async def load(session: RecordSession, patient: str) -> tuple[Measured, bool]:
    shown = may_see(session, "Observation")
    return await measured(session, patient), shown
