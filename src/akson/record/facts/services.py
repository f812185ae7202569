"""Relations from what the service has decided, been asked for, or works on.

    EpisodeOfCare.managingOrganization   service-decision   while the decision (9151) runs
    ServiceRequest.performer             referral           asked to give the service, while it is open
    ServiceRequest.requester             referral           who asked follows it while it is open
    Task.owner                           worklist           while the task is open; not of a review of who has seen

Spec: https://hl7.org/fhir/R4/episodeofcare.html, servicerequest.html, task.html.
"""

from collections.abc import Iterator
from datetime import datetime

from akson.access.facts import Relation, RelationKind
from akson.record.facts.elements import Json, bounds, codings, relation

_SERVICE_RUNS = frozenset({"planned", "waitlist", "active", "onhold"})
_REQUEST_OPEN = frozenset({"active", "on-hold"})
_TASK_OPEN = frozenset({"requested", "received", "accepted", "ready", "in-progress", "on-hold"})
_REVIEWS = frozenset({"emergency-review", "self-declared-review", "lifted-review", "message-review"})
"""To look into how a record was opened opens it to nobody."""


def decided(episode: Json, since: datetime) -> Iterator[Relation]:
    if episode.get("status") in _SERVICE_RUNS:
        start, end = bounds(episode.get("period"))
        unit = episode.get("managingOrganization")
        yield from relation(
            episode.get("patient"), unit, RelationKind.SERVICE_DECISION, episode, start or since, end
        )


def referred(request: Json, since: datetime) -> Iterator[Relation]:
    if request.get("status") in _REQUEST_OPEN and request.get("intent") not in ("proposal", "option"):
        for party in (*request.get("performer", ()), request.get("requester")):
            yield from relation(request.get("subject"), party, RelationKind.REFERRAL, request, since)


def work(task: Json, since: datetime) -> Iterator[Relation]:
    reviewed = {code for _, code in codings(task.get("code"))} & _REVIEWS
    if task.get("status") in _TASK_OPEN and not reviewed:
        yield from relation(task.get("for"), task.get("owner"), RelationKind.WORKLIST, task, since)
