"""Emergency access: a record is opened with a ground for some hours, the citizen is told, and somebody looks at it after.

Source: helsepersonelloven § 7; pasientjournalloven § 19. What then may be seen: AKS-RULE-EMERGENCY and the policy.
"""

from typing import TYPE_CHECKING

from akson.access.actor import PurposeOfUse
from akson.record.acts import judging, opening
from akson.record.acts.grounds import Ground
from akson.record.acts.opening import Opening

if TYPE_CHECKING:
    from akson.record.session import RecordSession


async def open_emergency(session: "RecordSession", patient: str, ground: Ground) -> Opening:
    """Open for `policy.hours["emergency"]`, to this person alone, in sessions for the purpose of emergency.

    Raises Problem INVALID AKS-RECORD-050 without a ground, UNSUPPORTED AKS-RECORD-051 for another purpose, and NOT_FOUND
    for whoever may not: blocked, without such a role, or asking for nobody.
    """
    judging.need_purpose(session, PurposeOfUse.EMERGENCY)
    return await opening.open_record(session, opening.EMERGENCY, patient, ground)
