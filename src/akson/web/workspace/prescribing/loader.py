"""From the record to what can be ordered: the list in use, the orders behind it, and the facts that advice rests on."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.decisionsupport.advice import Advice, advice
from akson.care.decisionsupport.facts import facts_of
from akson.care.decisionsupport.rules import Edition, Severity
from akson.care.fhir_json import Resource, display, instant
from akson.care.medication.current import CurrentList, current_list
from akson.care.medication.lines import Said, SourceLine
from akson.care.medication.prescribing.orders import Change, Order, Stop
from akson.care.medication.prescribing.writing import proposed
from akson.care.medication.reconciled.signing import Standing
from akson.record.session import RecordSession
from akson.web.shell import advice_facts, words
from akson.web.shell.reading import of_patient, resource, search_all, with_medications
from akson.web.workspace.prescribing.view import SEVERITY, AdviceView, RowView

MUST_BE_SEEN = (Severity.CRITICAL, Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Loaded:
    patient: str
    person: Resource
    rows: tuple[Resource, ...]
    """Statements, drugs, allergies and observations: what advice rests on."""
    aside: frozenset[str]
    """Advice that somebody has set aside with a reason."""
    edition: Edition
    current: CurrentList
    requests: Mapping[str, Resource]
    standing: Standing
    now: datetime

    @property
    def lines(self) -> tuple[SourceLine, ...]:
        """In the order of the page."""
        return self.current.in_use

    @property
    def version(self) -> int:
        """Of the working List; 0 before there is one."""
        return self.standing.versions.get(self.current.source.reference, 0)


async def load(session: RecordSession, patient: str, now: datetime, edition: Edition) -> Loaded:
    asked = (
        of_patient("List", patient),
        with_medications(of_patient("MedicationStatement", patient)),
        of_patient("MedicationRequest", patient),
    )
    read = [v for page in await search_all(session, asked) for v in (*page.matches, *page.included)]
    around = await advice_facts.load(session, patient, now, drugs=False)
    person, *facts = around.rows
    rows = tuple(resource(one) for one in read)
    current = current_list(rows, now)
    drugs = [r for r in rows if r["resourceType"] in ("MedicationStatement", "Medication")]
    working = next((r for r in rows if f"List/{r['id']}" == current.source.reference), None)
    return Loaded(
        patient=patient,
        person=person,
        rows=(*drugs, *facts),
        aside=frozenset(around.aside),
        edition=edition,
        current=current,
        requests={
            f"MedicationRequest/{r['id']}": r for r in rows if r["resourceType"] == "MedicationRequest"
        },
        standing=Standing(patient, working, {f"{one.type}/{one.id}": one.version for one in read}),
        now=now,
    )


def advice_on(loaded: Loaded, orders: Sequence[Order], *, despite: str = "") -> AdviceView:
    """What the rules say of what is about to be ordered: what is changed as it will be, and without what is stopped."""
    drafts = proposed(orders, loaded.lines, loaded.patient)
    if not drafts:
        return AdviceView()
    replaced = {order.line for order in orders if isinstance(order, Change | Stop)}
    rows = [r for r in loaded.rows if f"{r['resourceType']}/{r['id']}" not in replaced]
    facts = facts_of(loaded.person, rows, loaded.now, proposed=drafts)
    told = advice(facts, loaded.edition)
    unread = tuple(drug.name for drug in facts.unread if drug.proposed)
    return AdviceView(told, unread, asked=True, seen=" ".join(_mark(one) for one in told), despite=despite)


def unseen(told: AdviceView, seen: str) -> bool:
    """Whether something grave has not been shown with these orders."""
    shown = set(seen.split())
    return any(_mark(one) not in shown for one in told.told if one.severity in MUST_BE_SEEN)


def _mark(one: Advice) -> str:
    return hashlib.sha256(one.key.encode()).hexdigest()[:12]


def row_views(loaded: Loaded, form: Mapping[str, str]) -> tuple[RowView, ...]:
    every = advice(facts_of(loaded.person, loaded.rows, loaded.now), loaded.edition)
    told = [one for one in every if advice_facts.aside_id(loaded.patient, one) not in loaded.aside]
    typed = {form.get(f"linje-{n}", ""): n for n in range(1, len(form) + 1)}
    return tuple(
        _row(number, line, loaded, told, form, typed.get(line.id))
        for number, line in enumerate(loaded.lines, 1)
    )


def _row(
    number: int,
    line: SourceLine,
    loaded: Loaded,
    told: Sequence[Advice],
    form: Mapping[str, str],
    typed: int | None,
) -> RowView:
    """`typed`: its number in the form, which may be another when the list has changed."""
    since = f"siden {words.day(line.start)}" if line.start else ""
    until = f"til og med {words.day(line.stop)}" if line.stop else ""
    dose = line.dose.text or "Dosering ikke angitt"
    return RowView(
        number=number,
        line=line.id,
        name=line.name,
        what=" · ".join(p for p in (" ".join(w for w in (line.strength, line.form) if w), line.product) if p),
        dose=f"Ved behov: {dose}" if line.dose.as_needed and "behov" not in dose.casefold() else dose,
        small=" · ".join(p for p in (line.indication, since, until) if p),
        ordered=_ordered(line, loaded),
        advice=tuple((one.title, SEVERITY[one.severity.value][1]) for one in told if line.id in one.concerns),
        act=form.get(f"gjor-{typed}", "") if typed else "",
        new_strength=form.get(f"styrke-{typed}", line.strength) if typed else line.strength,
        new_dose=form.get(f"dose-{typed}", line.dose.text) if typed else line.dose.text,
        reason=form.get(f"hvorfor-{typed}", "") if typed else "",
    )


def _ordered(line: SourceLine, loaded: Loaded) -> str:
    found = [loaded.requests[r] for r in line.provenance.rests_on if r in loaded.requests]
    request = next((r for r in found if r.get("status") == "active"), None)
    at = instant((request or {}).get("authoredOn"))
    if request is None or at is None:
        return ""
    end = instant(((request.get("dispenseRequest") or {}).get("validityPeriod") or {}).get("end"))
    who = display(request.get("requester"))
    told = f"Forordnet {words.day(at)}{f' av {who}' if who else ''}"
    return f"{told}, gyldig til {words.day(end)}" if end else told


def empty_words(loaded: Loaded) -> str:
    if loaded.lines:
        return ""
    return {Said.NONE: "Bruker ingen legemidler."}.get(loaded.current.said, "Ingen legemidler registrert.")
