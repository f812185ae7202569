"""«Råd»: what the rules say of the drugs in use and of NEWS2, each with its source; and other services' advice beside it.

To set advice aside is a DetectedIssue with the reason and who: it stays on the page, folded, and is counted by rule.
Spec: https://hl7.org/fhir/R4/detectedissue.html.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import msgspec
from starlette.responses import RedirectResponse, Response

from akson.access.actor import Actor
from akson.care.casework.rows import stamp
from akson.care.decisionsupport.advice import Advice, advice
from akson.care.fhir_json import Resource
from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts.disclosing import Sent, disclose
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell import gate, words
from akson.web.shell.advice_facts import KEY, RULES, aside_id, load
from akson.web.shell.advisers import Receiver
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.advice.aside import REASON, aside_row
from akson.web.workspace.advice.view import REASONS, AdviceView

PATH = "/pasient/{patient}/raad"
MENU = "Råd"
COMMENT_MAX = 500
MAY_SET_ASIDE = ("nurse", "doctor", "gp")
NEEDS_WORDS = ("wrong", "benefit")
SENT_WORDS = {
    "Patient": "fødselsdato og kjønn",
    "MedicationStatement": "legemidler med dosering",
    "AllergyIntolerance": "allergier",
    "Observation": "målinger",
}
"""What leaves for other services, as the patient reads it."""


async def show(visit: Visit) -> Response:
    session, view = await _opened(visit)
    return await _shown(visit, session, view)


async def set_aside(visit: Visit) -> Response:
    fields = await visit.form()
    patient = str(visit.request.path_params["patient"])
    session, view = await _opened(visit)
    if not view.may_set_aside:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-ADVICE-030",
            "Du kan ikke sette råd til side.",
            why="Det vurderes av sykepleier eller lege.",
            now="Ta det opp med den som har ansvaret.",
        )
    key, reason = fields.get("raad", ""), fields.get("grunn", "")
    said = next((one for one in view.advice if one.key == key), None)
    comment = fields.get("kommentar", "").strip()[:COMMENT_MAX]
    if said is None:
        return RedirectResponse(f"/pasient/{patient}/raad", status_code=303)
    if reason not in REASONS or (reason in NEEDS_WORDS and not comment):
        fault = "Skriv hvorfor." if reason in REASONS else "Velg hvorfor rådet settes til side."
        return await _shown(visit, session, replace(view, fault=fault, fault_key=key), status=422)
    issue = _issue(patient, said, reason, comment, visit.actor, visit.house.clock.now())
    # Pressed twice, it is set aside once.
    once = f"identifier={KEY}|{aside_id(patient, said)}"
    await session.commit(
        [Change("POST", "DetectedIssue", body=msgspec.json.encode(issue), if_none_exist=once)]
    )
    return RedirectResponse(f"/pasient/{patient}/raad", status_code=303)


async def _opened(visit: Visit) -> tuple[RecordSession, AdviceView]:
    session, now = visit.open(), visit.house.clock.now()
    patient = str(visit.request.path_params["patient"])
    chart = await load_chart(session, patient, MENU, now)
    loaded = await load(session, patient, now)
    edition = visit.house.rules.at(words.local(now).date())
    told = await asyncio.to_thread(advice, loaded.facts, edition)
    advisers = visit.house.advisers
    outside = (
        await advisers.ask(loaded.rows, partial(_disclosed, session, patient))
        if advisers is not None and chart.clinical
        else ()
    )
    facts = loaded.facts
    keys = [(aside_id(patient, one), one) for one in told]
    view = AdviceView(
        chart=chart,
        advice=tuple(one for id, one in keys if id not in loaded.aside),
        aside=tuple(
            aside_row(loaded.aside[id], now)
            for id in (aside_id(patient, one) for one in told)
            if id in loaded.aside
        ),
        outside=outside,
        unread=tuple(drug.name for drug in facts.unread),
        egfr=f"eGFR {facts.egfr} ({words.day(facts.egfr_on)})"
        if facts.egfr is not None and facts.egfr_on
        else "",
        may_set_aside=visit.actor.role in MAY_SET_ASIDE,
        edition=edition.id,
    )
    return session, view


async def _disclosed(session: RecordSession, patient: str, to: Receiver, rows: Sequence[Resource]) -> None:
    """One line in her log for each service that is sent something, before it is."""
    held = {str(row["resourceType"]) for row in rows}
    kinds = [words for type, words in SENT_WORDS.items() if type in held]
    what = "; ".join(kinds)
    names = [_versioned(row) for row in rows]
    await disclose(session, patient, Sent(to.name, to.host, what, names))


def _versioned(row: Resource) -> str:
    version = (row.get("meta") or {}).get("versionId", "")
    return "/".join(part for part in (row["resourceType"], str(row.get("id", "")), version) if part)


def _issue(patient: str, said: Advice, reason: str, comment: str, by: Actor, at: datetime) -> Resource:
    drugs = [c for c in said.concerns if not c.startswith("AllergyIntolerance/")]
    return {
        "resourceType": "DetectedIssue",
        "identifier": [{"system": KEY, "value": aside_id(patient, said)}],
        "status": "final",
        "code": {
            "coding": [{"system": RULES, "code": said.rule, "version": said.edition}],
            "text": said.title,
        },
        "severity": {"critical": "high", "warning": "moderate"}.get(said.severity.value, "low"),
        "patient": {"reference": f"Patient/{patient}"},
        "identifiedDateTime": stamp(at),
        **({"implicated": [{"reference": c} for c in drugs]} if drugs else {}),
        **({"detail": comment} if comment else {}),
        "reference": said.url,
        "mitigation": [
            {
                "action": {"coding": [{"system": REASON, "code": reason}], "text": REASONS[reason]},
                "date": stamp(at),
                "author": {"reference": by.reference, "display": by.name},
            }
        ],
    }


async def _shown(visit: Visit, session: RecordSession, view: AdviceView, status: int = 200) -> Response:
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/advice/template.html", frame, view, status=status)


SCREEN = Screen("workspace.advice", Audience.STAFF, (Way(PATH, show), Way(PATH, set_aside, "POST")))
