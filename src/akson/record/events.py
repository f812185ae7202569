"""Access events of one opened record: who, why and under which rule are the same for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from akson.access.actor import Actor, PurposeOfUse
from akson.access.decision import Decision
from akson.audit.event import AccessEvent
from akson.audit.log import Prepared
from akson.world import Random

RESOURCES_NAMED_MAX = 100
EVENT_ID_BYTES = 16


class EventMaker:
    """Makes the events of one RecordSession; `request` ties them together."""

    def __init__(self, actor: Actor, purpose: PurposeOfUse, random: Random) -> None:
        self._actor = actor
        self._purpose = purpose
        self._random = random
        self.request = random.bytes(8).hex()

    def make(
        self,
        action: str,
        decision: Decision,
        seen: Mapping[str, Sequence[str]],
        *,
        at: datetime,
        permitted: bool | None = None,
        words: str = "",
    ) -> list[Prepared]:
        """One event per patient. `seen` is patient id ("" for none) -> `Type/id/version` of what was shown or written."""
        allowed = decision.permit if permitted is None else permitted
        reasons = decision.reasons
        said = words or (reasons[0].words if reasons else "")
        return [
            Prepared.of(
                AccessEvent(
                    id=self._random.bytes(EVENT_ID_BYTES),
                    at=at,
                    tenant=self._actor.tenant,
                    actor_kind=self._actor.kind.value,
                    actor_id=self._actor.id,
                    actor_name=self._actor.name,
                    role=self._actor.role,
                    unit=self._actor.unit_name,
                    patient=patient,
                    action=action,
                    purpose=self._purpose.value,
                    outcome="permit" if allowed else "deny",
                    rules=tuple(reason.rule for reason in reasons),
                    words=said,
                    policy_version=decision.policy_version,
                    resources=tuple(resources[:RESOURCES_NAMED_MAX]),
                    count=len(resources),
                    request=self.request,
                )
            )
            for patient, resources in seen.items()
        ]


def by_patient(shown: Iterable[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """(`Type/id/version`, its patients) of each resource -> what each patient's event names."""
    grouped: dict[str, list[str]] = {}
    for name, patients in shown:
        for patient in patients or ("",):
            grouped.setdefault(patient, []).append(name)
    return grouped or {"": []}
