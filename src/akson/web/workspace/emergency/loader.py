"""What is critical about one patient, read in a session for the purpose of emergency."""

import asyncio
from datetime import datetime, timedelta

from akson.care.fhir_json import Resource, concept_text, display, instant
from akson.care.medication.list import medication_lines
from akson.care.plan.problems import problems
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Include, Query
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import RELATION_WORDS, Chart, load_chart
from akson.web.shell.reading import of_patient, resources, search_all, token
from akson.web.workspace.emergency.view import ContactRow, CriticalView, KinRow

CONTACTS_SHOWN = 5
PATIENT_CLASS_WORDS = {"IMP": "innleggelse", "AMB": "konsultasjon", "HH": "hjemmebesøk", "EMER": "legevakt"}


def left_words(until: datetime, now: datetime) -> str:
    """`3 t 59 min`; a minute begun counts."""
    minutes = max(-(-int((until - now).total_seconds()) // 60), 0)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} t {minutes} min" if hours else f"{minutes} min"


def _queries(patient: str) -> tuple[Query, ...]:
    medications = of_patient("MedicationStatement", patient)
    including = (Include("MedicationStatement", "medication"),)
    return (
        Query(medications.type, medications.terms, medications.sort, medications.count, includes=including),
        of_patient("Condition", patient),
        of_patient("Goal", patient),
        of_patient("CarePlan", patient, token("status", "active")),
        of_patient("RelatedPerson", patient),
        of_patient("Encounter", patient, sort="date", count=CONTACTS_SHOWN),
    )


def _plan(plans: list[Resource], goals: list[Resource]) -> tuple[str, ...]:
    """Goals with their limits first: they say what to do when; then the measures."""
    aims = [
        concept_text(goal.get("description")) for goal in goals if goal.get("lifecycleStatus") == "active"
    ]
    done = [
        str((activity.get("detail") or {}).get("description") or "")
        for plan in plans
        for activity in plan.get("activity") or []
    ]
    return tuple(dict.fromkeys(text for text in (*aims, *done) if text))


def _kin(chart: Chart, relatives: list[Resource]) -> tuple[KinRow, ...]:
    rows = []
    for relative in relatives:
        name: Resource = next(iter(relative.get("name") or ()), {})
        shown = " ".join([*name.get("given", ()), name.get("family", "")]).strip()
        codes = [c.get("code") for r in relative.get("relationship") or [] for c in r.get("coding") or []]
        said = next((RELATION_WORDS[c] for c in codes if c in RELATION_WORDS), "")
        phone = next((t.get("value", "") for t in relative.get("telecom") or []), "")
        rows.append(KinRow(shown or "Uten navn", said, words.phone(phone)))
    return tuple(rows) or ((KinRow(chart.next_of_kin, "", ""),) if chart.next_of_kin else ())


def _contacts(encounters: list[Resource], now: datetime) -> tuple[ContactRow, ...]:
    rows = []
    for contact in encounters:
        start = instant((contact.get("period") or {}).get("start"))
        kind = PATIENT_CLASS_WORDS.get((contact.get("class") or {}).get("code", ""), "kontakt")
        reason = " · ".join(
            text for text in (concept_text(reason) for reason in contact.get("reasonCode") or []) if text
        )
        rows.append(
            ContactRow(
                words.short_day(start, now) if start else "",
                words.sentence(reason or kind),
                display(contact.get("serviceProvider")),
            )
        )
    return tuple(rows)


async def load_critical(session: RecordSession, patient: str, until: datetime, now: datetime) -> CriticalView:
    """Without a chart when she has restricted all of it: what remains is to lift that, with a ground."""
    end = until - timedelta(seconds=until.second, microseconds=until.microsecond)
    bare = CriticalView(None, patient, words.clock(end), until.isoformat(), left_words(until, now))
    try:
        chart, found = await asyncio.gather(
            load_chart(session, patient, "", now), search_all(session, _queries(patient))
        )
    except Problem as problem:
        if problem.kind is not ProblemKind.NOT_FOUND:
            raise
        return bare
    medicines, conditions, goals, plans, relatives, encounters = (
        resources(result.matches) for result in found
    )
    near = {f"{r['resourceType']}/{r['id']}": r for r in resources(found[0].included)}
    return CriticalView(
        chart,
        patient,
        bare.until,
        bare.until_at,
        bare.left,
        tuple(medication_lines(medicines, near)),
        tuple(p.name + (f" ({p.code})" if p.code else "") for p in problems(conditions, goals)),
        _plan(plans, goals),
        _kin(chart, relatives),
        _contacts(encounters, now),
    )
