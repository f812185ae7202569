"""Hvorfor ser jeg dette? Hvorfor ikke? The record's own explanation; the same page for a hidden and a missing patient."""

from starlette.responses import Response

from akson.access import words as access_words
from akson.access.decision import Decision, Reason
from akson.record.session import RecordSession
from akson.web.shell import gate
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.waiting import waiting
from akson.web.workspace.why.view import ReasonRow, WhyView

PATH = "/pasient/{patient}/hvorfor"
RELATION = "AKS-RELATION-"
TOLD_STAFF = {
    "AKS-RULE-NO-RELATION": "Verken du eller enheten din er ført opp med ansvar for pasienten, eller pasienten finnes ikke.",
    "AKS-RULE-DEFAULT": "Ingen regel gir rollen din tilgang til dette.",
    "AKS-RULE-CARE-RELATION": "Du, eller enheten din, gir pasienten helsehjelp.",
    "AKS-RULE-CASEWORK": "Enheten din behandler en sak for pasienten.",
    "AKS-RULE-SELF-DECLARED": "Du har selv oppgitt at du gir pasienten helsehjelp.",
}
"""The rules' own words are written to the patient; these say the same to the one who asked."""
RULES_ASKED = ("AKS-RULE-CARE-RELATION", "AKS-RULE-CASEWORK", "AKS-RULE-SELF-DECLARED")


def _row(reason: Reason) -> ReasonRow:
    relation = reason.rule.startswith(RELATION)
    text = TOLD_STAFF.get(reason.rule, reason.words)
    return ReasonRow(
        text[:1].upper() + text[1:],
        "" if relation else reason.source,
        "" if relation else reason.rule,
        reason.effect == "permit",
    )


def _ways_in(session: RecordSession) -> tuple[str, ...]:
    """What would give the reader's role access, as the policy's table has it."""
    actor = session.actor
    kinds = [
        kind
        for rule in RULES_ASKED
        for kind in session.policy.granted(
            rule, actor.role, actor.service, "demographic", session.purpose_of_use.value, "read"
        )
        or ()
    ]
    return tuple(access_words.RELATIONS.get(kind, (kind,))[0] for kind in dict.fromkeys(kinds))


def _view(session: RecordSession, decision: Decision, patient: str) -> WhyView:
    # Two of a unit, or herself and her unit, say the same here; once is enough.
    rows = tuple(dict.fromkeys(_row(reason) for reason in decision.reasons))
    ways_in = () if decision.permit else _ways_in(session)
    path = f"/pasient/{patient}" if decision.permit else ""
    return WhyView(decision.permit, rows, ways_in, decision.policy_version, path)


async def show(visit: Visit) -> Response:
    session = visit.open()
    patient = visit.request.path_params["patient"]
    decision = await session.why("Patient", patient)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    return visit.house.pages.page("workspace/why/template.html", frame, _view(session, decision, patient))


SCREEN = Screen("workspace.why", Audience.STAFF, (Way(PATH, show),))
