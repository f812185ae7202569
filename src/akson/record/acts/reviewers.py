"""Whose items the reviews of openings are: the unit of the privacy officer, as the record's own PractitionerRoles say.

Data and not a setting, so that each municipality of an installation has its own. Where nobody holds the role, the topmost
unit of the one who opened owns it: nothing is without an owner.
"""

from typing import TYPE_CHECKING, Any

from akson.access.decision import NoPatient
from akson.fhir.codec import json
from akson.fhir.search.query import Query, Term, TokenValue
from akson.record.facts.consents import ROLE_SYSTEM

if TYPE_CHECKING:
    from akson.record.session import RecordSession

PRIVACY_OFFICER = "privacy-officer"


async def review_owner(session: "RecordSession") -> dict[str, Any]:
    """A Reference to the unit."""
    query = Query(
        "PractitionerRole",
        (Term("role", "token", None, (TokenValue(ROLE_SYSTEM, PRIVACY_OFFICER),)),),
        count=5,
    )
    found = await session.record.store.search(
        session.actor.tenant, query, restriction=lambda type: NoPatient(), redactions=lambda type: ()
    )
    for role in (json.parse(version.body or b"{}") for version in found.matches):
        if role.get("active", True) and role.get("organization", {}).get("reference"):
            return role["organization"]
    actor = session.actor
    return {"reference": (actor.organisations or (actor.reference,))[-1]}
