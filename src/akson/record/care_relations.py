"""Which care relations a resource gives, as pure rules. The store keeps them beside the resource, version by version.

    EpisodeOfCare.managingOrganization   service-decision   the unit that carries out the decision (9151)
    CareTeam.participant.member          care-team          a named person or unit
    Patient.generalPractitioner          gp-list
    Task.owner                           worklist           while the task is open

Spec: https://hl7.org/fhir/R4/careteam.html, episodeofcare.html, task.html. Whether a relation gives access is for
`akson.access` to say, not for this module.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from akson.fhir.search.values import date
from akson.store.values import CareRelationRow

Json = Mapping[str, Any]

_SERVICE_RUNS = frozenset({"planned", "waitlist", "active", "onhold"})
_TEAM_RUNS = frozenset({"active", "suspended"})
_TASK_OPEN = frozenset({"requested", "received", "accepted", "ready", "in-progress", "on-hold"})
_GRANTEE_TYPES = ("Practitioner/", "PractitionerRole/", "Organization/", "RelatedPerson/")


def care_relations(resource: Json, *, since: datetime) -> tuple[CareRelationRow, ...]:
    """`since` is the instant of the version: the start of a relation whose resource states none."""
    rule = _RULES.get(resource["resourceType"])
    return tuple(rule(resource, since)) if rule else ()


def _service_decision(episode: Json, since: datetime) -> Iterator[CareRelationRow]:
    if episode.get("status") in _SERVICE_RUNS:
        yield from _row(
            episode.get("patient"), episode.get("managingOrganization"), "service-decision", episode, since
        )


def _care_team(team: Json, since: datetime) -> Iterator[CareRelationRow]:
    if team.get("status", "active") not in _TEAM_RUNS:
        return
    for participant in team.get("participant", ()):
        stated = participant if "period" in participant else team
        yield from _row(team.get("subject"), participant.get("member"), "care-team", stated, since)


def _gp_list(patient: Json, since: datetime) -> Iterator[CareRelationRow]:
    own = {"reference": f"Patient/{patient['id']}"} if "id" in patient else None
    for practitioner in patient.get("generalPractitioner", ()):
        yield from _row(own, practitioner, "gp-list", {}, since)


def _worklist(task: Json, since: datetime) -> Iterator[CareRelationRow]:
    if task.get("status") in _TASK_OPEN:
        yield from _row(task.get("for"), task.get("owner"), "worklist", {}, since)


def _row(patient: Any, grantee: Any, kind: str, stated: Json, since: datetime) -> Iterator[CareRelationRow]:
    whose, to = _reference(patient), _reference(grantee)
    if whose.startswith("Patient/") and to.startswith(_GRANTEE_TYPES):
        period = stated.get("period") or {}
        start, end = period.get("start"), period.get("end")
        yield CareRelationRow(
            patient=whose.removeprefix("Patient/"),
            grantee=to,
            kind=kind,
            valid_from=date.period(start)[0] if start else since,
            valid_to=date.period(end)[1] if end else None,
        )


def _reference(value: Any) -> str:
    """`Type/id` of a Reference, without version."""
    text = value.get("reference", "") if isinstance(value, Mapping) else ""
    return "/".join(text.split("/")[:2])


_RULES: dict[str, Callable[[Json, datetime], Iterator[CareRelationRow]]] = {
    "CareTeam": _care_team,
    "EpisodeOfCare": _service_decision,
    "Patient": _gp_list,
    "Task": _worklist,
}

WORDS = {
    "care-team": "med i teamet rundt pasienten",
    "gp-list": "pasientens fastlege",
    "service-decision": "aktiv tjeneste",
    "worklist": "oppgave i arbeidslisten",
}
"""What each kind is called on screen."""
