"""A patient's cases and decisions, and the acts of a case as the changes of one commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.casework import letter
from akson.care.casework.decision import Round, decisions, period, rounds, service_name
from akson.care.casework.rows import day_of, is_a
from akson.care.fhir_json import Resource, concept_text, display, instant, reference_id
from akson.care.worklist.inbox import OPEN, due_words
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.web.shell import words
from akson.web.shell.reading import of_patient, resources, search_all
from akson.web.workspace.casework.view import CaseRow, DecisionRow

SERVICES = (
    ("15", "Helsetjenester i hjemmet"),
    ("1", "Praktisk bistand: daglige gjøremål"),
    ("18", "Tidsbegrenset opphold i institusjon"),
    ("19", "Rehabilitering i institusjon"),
    ("6", "Trygghetsalarm"),
    ("5", "Matombringing"),
    ("8", "Avlastning"),
)
"""Of 9151: what the demo's municipality grants."""
ROUNDS: Mapping[str, tuple[Round, ...]] = {
    "0": (),
    "1": (Round("08:00", 30, "Morgenstell og legemidler"),),
    "2": (Round("08:00", 30, "Morgenstell og legemidler"), Round("20:00", 30, "Kveldsstell og legemidler")),
    "3": (Round("07:45", 45, "Morgenstell og legemidler"), Round("13:00", 20, "Middag og legemidler"),
          Round("19:30", 30, "Kveldsstell og legemidler")),
}  # fmt: skip
ROUND_WORDS = (
    ("0", "Ingen faste besøk"), ("1", "Ett besøk: morgen"), ("2", "To besøk: morgen og kveld"),
    ("3", "Tre besøk: morgen, middag og kveld"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cases:
    requests: tuple[Resource, ...]
    tasks: tuple[Resource, ...]
    letters: tuple[Resource, ...]
    episodes: tuple[Resource, ...]

    def named(self, id: str) -> Resource | None:
        return next((r for r in self.requests if r["id"] == id), None)

    def task_of(self, request: Resource) -> Resource | None:
        place = f"ServiceRequest/{request['id']}"
        return next((t for t in self.tasks if (t.get("focus") or {}).get("reference") == place), None)

    def episode_of(self, decision: Resource) -> Resource | None:
        place = f"ServiceRequest/{decision['id']}"
        return next(
            (
                e
                for e in self.episodes
                if any(r.get("reference") == place for r in e.get("referralRequest") or [])
            ),
            None,
        )

    def letter_of(self, decision: Resource) -> Resource | None:
        place = f"ServiceRequest/{decision['id']}"
        return next(
            (c for c in self.letters if any(r.get("reference") == place for r in c.get("about") or [])), None
        )


async def load(session: RecordSession, patient: str) -> Cases:
    types = ("ServiceRequest", "Task", "Communication", "EpisodeOfCare")
    found = await search_all(session, [of_patient(type, patient) for type in types])
    requests, tasks, letters, episodes = (tuple(resources(answer.matches)) for answer in found)
    return Cases(requests, tasks, tuple(c for c in letters if is_a(c, "decision-letter")), episodes)


def case_rows(cases: Cases, now: datetime) -> tuple[CaseRow, ...]:
    asked = [r for r in cases.requests if is_a(r, "application")]
    rows = []
    for one in sorted(asked, key=lambda r: str(r.get("authoredOn")), reverse=True):
        task = cases.task_of(one) or {}
        due = instant(((task.get("restriction") or {}).get("period") or {}).get("end"))
        waits = one.get("status") == "active"
        came = instant(one.get("authoredOn"))
        found = [r for r in cases.requests if is_a(r, "assessment") and _based_on(r, one)]
        rows.append(
            CaseRow(
                id=str(one["id"]),
                asked=concept_text(one.get("code")),
                came=words.day(came) if came else "",
                applicant=display(one.get("requester")) or "pasienten",
                due=due_words(words.local(due) if due and waits else None, words.local(now)),
                rule=str(task.get("description") or ""),
                owner=display(task.get("owner")),
                open=waits and task.get("status") in OPEN,
                assessments=tuple((str(r.get("authoredOn"))[:10], _note(r)) for r in found),
            )
        )
    return tuple(rows)


def _based_on(resource: Resource, other: Resource) -> bool:
    return any(reference_id(r) == other["id"] for r in resource.get("basedOn") or [])


def _note(resource: Resource) -> str:
    return str((resource.get("note") or [{}])[0].get("text", ""))


def grounds_of(cases: Cases, application: Resource) -> str:
    """What the assessment found, as the decision's grounds: it is not written twice."""
    found = [r for r in cases.requests if is_a(r, "assessment") and _based_on(r, application)]
    return _note(max(found, key=lambda r: str(r.get("authoredOn")))) if found else ""


def decision_rows(cases: Cases, now: datetime) -> tuple[DecisionRow, ...]:
    rows = []
    for one in reversed(decisions(cases.requests)):
        start, end = period(one)
        sent = cases.letter_of(one)
        until = letter.complaint_until(one, sent) if sent else None
        in_force = one.get("status") == "active" and (end is None or end >= words.local(now).date())
        rows.append(
            DecisionRow(
                id=str(one["id"]),
                service=service_name(one),
                unit=display(one["performer"][0]),
                period=f"{words.day(start)}–{words.day(end) if end else ''}".rstrip("–")
                if end
                else f"fra {words.day(start)}",
                amount=_amount(one),
                in_force=in_force,
                letter=str(sent["id"]) if sent else "",
                complaint=f"{words.day(until.at)} ({until.source})" if until else "",
            )
        )
    return tuple(rows)


def _amount(decision: Resource) -> str:
    found = rounds(decision)
    hours = (decision.get("quantityRatio") or {}).get("numerator", {}).get("value")
    told = f"{len(found)} besøk om dagen" if found else ""
    weekly = f"{str(hours).replace('.', ',')} timer i uken" if hours is not None else ""
    return ", ".join(part for part in (told, weekly) if part)


def changes_of(made: Iterable[Resource]) -> list[Change]:
    """New under its id, or at the version that was read."""
    changes = []
    for resource in made:
        version = (resource.get("meta") or {}).get("versionId")
        type, id = str(resource["resourceType"]), str(resource["id"])
        changes.append(
            Change("POST", type, resource=resource, given_id=id)
            if version is None
            else Change("PUT", type, id=id, resource=resource, if_match=int(version))
        )
    return changes


def known(cases: Cases) -> Sequence[str]:
    """What the record says already, for the trace of what is typed."""
    return [
        text
        for request in cases.requests
        for text in (concept_text(request.get("code")), _note(request))
        if text
    ] + [str(d) for r in cases.requests if (d := day_of(r.get("authoredOn")))]
