"""Access events of one opened record: who and why are the same for all of them.

One event per patient and response. What the citizen reads as the reason is the rule that opened *her* data, not the one
that opened what else was on the page.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from akson.access.actor import Actor, PurposeOfUse
from akson.access.data_classes import data_class
from akson.access.decision import Decision
from akson.audit.event import DECISION_BYTES_MAX, AccessEvent
from akson.audit.log import Prepared
from akson.record.judgement import Judged
from akson.record.values import ID
from akson.store.values import StoredVersion
from akson.world import Random

RESOURCES_NAMED_MAX = 100
EVENT_ID_BYTES = 16


class EventMaker:
    """Makes the events of one RecordSession; `request` ties them together."""

    def __init__(self, actor: Actor, purpose: PurposeOfUse, random: Random, *, ground: str = "") -> None:
        self._actor, self._kind = actor, actor.kind.value
        self._purpose = purpose.value
        self._random = random
        self._ground = ground
        self._place, self._enterprise = (actor.organisations or ("",))[0], (actor.organisations or ("",))[-1]
        self._decision_ref, self._attest = "", b""
        if actor.attested is not None:
            self._place, self._enterprise = actor.attested.point_of_care, actor.attested.legal_entity
            self._decision_ref, self._attest = actor.attested.decision, bytes.fromhex(actor.attested.digest)
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
        evidence: bytes = b"",
        decision_ref: str = "",
    ) -> list[Prepared]:
        """One event per patient. `seen` is patient id ("" for none) -> `Type/id/version` of what was shown or written.

        `permitted` overrides the decision's own answer; `words` the words of its first reason. `evidence` is what the
        decision rests on; `decision_ref` what we call it to others, when we ask them.
        """
        allowed = decision.permit if permitted is None else permitted
        reasons = decision.reasons
        said = words or (reasons[0].words if reasons else "")
        return [
            Prepared.of(
                AccessEvent(
                    id=self._random.bytes(EVENT_ID_BYTES),
                    at=at,
                    tenant=self._actor.tenant,
                    actor_kind=self._kind,
                    actor_id=self._actor.id,
                    actor_name=self._actor.name,
                    role=self._actor.role,
                    hpr=self._actor.hpr,
                    enterprise=self._enterprise,
                    unit=self._actor.unit_name,
                    place=self._place,
                    client=self._actor.client,
                    # A text that is no FHIR id came from a caller: nobody has a log for it to stand in.
                    patient=patient if ID.fullmatch(patient) else "",
                    action=action,
                    purpose=self._purpose,
                    ground=self._ground,
                    decision_ref=decision_ref or self._decision_ref,
                    attest=self._attest,
                    outcome="permit" if allowed else "deny",
                    delivered=allowed,
                    rules=tuple(reason.rule for reason in reasons),
                    words=said,
                    policy_version=decision.policy_version,
                    categories=_categories(resources),
                    resources=tuple(resources[:RESOURCES_NAMED_MAX]),
                    count=len(resources),
                    request=self.request,
                    decision=evidence if len(evidence) <= DECISION_BYTES_MAX else b"",
                )
            )
            for patient, resources in seen.items()
        ]

    def shown(
        self,
        action: str,
        versions: Sequence[StoredVersion],
        decide: Callable[[StoredVersion], Decision],
        evidence: Callable[[Judged], bytes],
        *,
        at: datetime,
    ) -> list[Prepared]:
        """One event per patient whose data is shown, for the reasons that `decide` gives for what is shown of hers."""
        return self.of(
            action, [Seen(f"{v.type}/{v.id}/{v.version}", v, decide(v)) for v in versions], evidence, at=at
        )

    def of(
        self, action: str, seen: Sequence["Seen"], evidence: Callable[[Judged], bytes], *, at: datetime
    ) -> list[Prepared]:
        """One event per patient, with the reasons of the decisions on what is hers, and what the first of them rests on."""
        hers: dict[str, _Hers] = {}
        for each in seen:
            for patient in each.resource.patients or ("",):
                one = hers.get(patient)
                if one is None:
                    hers[patient] = _Hers(each.resource, [each.name], {id(each.decision): each.decision})
                    continue
                one.names.append(each.name)
                # Of a thousand resources the decisions are a handful, and the same object each time.
                one.decisions[id(each.decision)] = each.decision
        return [
            event
            for patient, one in hers.items()
            for event in self.make(
                action,
                _joined(list(one.decisions.values())),
                {patient: one.names},
                at=at,
                evidence=evidence(one.first),
            )
        ]


class _Hers(NamedTuple):
    """What is shown of one patient: the first of it, all names, each decision once."""

    first: Judged
    names: list[str]
    decisions: dict[int, Decision]


@dataclass(frozen=True, slots=True)
class Seen:
    """One resource that was shown or written, whose it is, and the decision on it."""

    name: str
    """`Type/id/version`."""
    resource: Judged
    decision: Decision


def by_patient(shown: Iterable[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """(`Type/id/version`, its patients) of each resource -> what each patient's event names."""
    grouped: dict[str, list[str]] = {}
    for name, patients in shown:
        for patient in patients or ("",):
            grouped.setdefault(patient, []).append(name)
    return grouped or {"": []}


def _categories(resources: Sequence[str]) -> tuple[str, ...]:
    """Data classes of `Type/id/version` names, each once."""
    return _classes_of(tuple({name.partition("/")[0] for name in resources}))


@lru_cache(maxsize=1024)
def _classes_of(types: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({data_class(type).value for type in types}))


def _joined(decisions: Sequence[Decision]) -> Decision:
    """The first decision with the reasons of all, each once."""
    if len(decisions) == 1:
        return decisions[0]
    reasons = dict.fromkeys(reason for decision in decisions for reason in decision.reasons)
    return replace(decisions[0], reasons=tuple(reasons))
