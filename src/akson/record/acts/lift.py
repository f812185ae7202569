"""Lifting a restriction (7608 SP, 9603 NORS) with a ground, for oneself. A block is never lifted by staff.

Whether there is anything to lift is not told: where nothing is restricted, the act does the same and changes nothing that
can be seen. Source: pasientjournalloven § 17.
"""

from typing import TYPE_CHECKING

from akson.access.actor import PurposeOfUse
from akson.record.acts import judging, opening
from akson.record.acts.grounds import Ground
from akson.record.acts.opening import Opening

if TYPE_CHECKING:
    from akson.record.session import RecordSession


async def lift_restriction(session: "RecordSession", patient: str, ground: Ground) -> Opening:
    """For `policy.hours["lifted"]`. Raises as `open_emergency`: it gives nobody a relation that she does not have."""
    judging.need_purpose(session, PurposeOfUse.TREATMENT, PurposeOfUse.EMERGENCY)
    return await opening.open_record(session, opening.LIFTED, patient, ground)
