"""A care relation that somebody declares herself, with a reason. Source: helsepersonelloven §§ 25 and 45."""

from typing import TYPE_CHECKING

from akson.access.actor import PurposeOfUse
from akson.record.acts import judging, opening
from akson.record.acts.grounds import Ground
from akson.record.acts.opening import Opening

if TYPE_CHECKING:
    from akson.record.session import RecordSession


async def declare_relation(
    session: "RecordSession", patient: str, reason: Ground, hours: int | None = None
) -> Opening:
    """For `hours`, at most `policy.hours["self-declared"]`. Raises as `open_emergency`, for the purpose of treatment."""
    judging.need_purpose(session, PurposeOfUse.TREATMENT)
    return await opening.open_record(session, opening.DECLARED, patient, reason, hours)
