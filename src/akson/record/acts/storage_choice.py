"""The citizen says where her data may live (reservasjon): a Consent as docs/consents.md says, written by this act alone.

    await choose(session, 'astrid', 'no-sharing')     one commit: what she said before ends, what she says now stands
    await chosen(session, 'astrid')                   'no-sharing'; '' when she has said nothing

Only the person herself does this. What each code keeps away: `record.facts.choices`.
"""

from typing import TYPE_CHECKING, Any

from akson.access.decision import Reason
from akson.fhir.problem import Problem, ProblemKind
from akson.record.acts import closing, judging, letters
from akson.record.facts.choices import CHOICE_SYSTEM, choices
from akson.record.values import Change

if TYPE_CHECKING:
    from akson.record.session import RecordSession

ORDER = ("", "no-central", "no-index", "no-sharing")
"""Each keeps away what the one before keeps away, and more."""
CHANGED = Reason(
    "AKS-RULE-OWN-RECORD",
    "permit",
    "Du endret hvor opplysningene dine kan deles.",
    "pasientjournalloven § 17",
    "You changed where your data may be shared.",
)


async def chosen(session: "RecordSession", patient: str) -> str:
    """The one of `ORDER` that keeps most away. As she or who represents her may see it. Raises Problem NOT_FOUND."""
    said = {code for body in await closing.active(session, patient) for code in choices(body)}
    return max(said, key=ORDER.index, default="")


async def choose(session: "RecordSession", patient: str, choice: str) -> None:
    """Raises Problem FORBIDDEN AKS-RECORD-055 for anybody but herself, INVALID AKS-RECORD-058 for no choice there is."""
    await closing.herself(session, patient)
    if choice not in ORDER:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-RECORD-058",
            "It is not said where the data may be shared.",
            now="Choose one of the ways.",
        )
    # One that closes more than this is ended among the closings, where she sees what she opens.
    ended = [
        Change("PUT", "Consent", id=body["id"], resource={**body, "status": "inactive"})
        for body in await closing.active(session, patient)
        if choices(body) and "provision" not in body
    ]
    stands = [Change("POST", "Consent", resource=_consent(patient, choice, letters.instant(session.at)))]
    changes = [*ended, *(stands if choice else [])]
    if changes:
        await judging.commit(session, closing.ACTION, judging.own_act(session, CHANGED), changes)


def _consent(patient: str, choice: str, at: str) -> dict[str, Any]:
    whose = {"reference": f"Patient/{patient}"}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                    "code": "patient-privacy",
                }
            ]
        },
        "category": [{"coding": [{"system": CHOICE_SYSTEM, "code": choice}]}],
        "patient": whose,
        "dateTime": at,
        "performer": [whose],
        "policyRule": {"text": "Pasientjournalloven § 17"},
    }
