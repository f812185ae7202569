"""What askers go by at this moment: the policy that was decided, as far as the switches have come. Pure.

A kind on its way is asked as it stands: never at a place where it is not yet, never past a master that still decides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from akson.sharing.classes import SharedClass
from akson.sharing.storage.modes import Mode, Range
from akson.sharing.storage.policy import NOTHING_DECIDED, Line, StoragePolicy
from akson.sharing.storage.switch import Placement


def newest(policies: Sequence[StoragePolicy], now: datetime) -> StoragePolicy:
    """The last that has begun. `policies` in the order they were decided; each signed (signing.holds)."""
    begun = [policy for policy in policies if policy.begins <= now]
    return begun[-1] if begun else NOTHING_DECIDED


def as_it_stands(policy: StoragePolicy, placements: Mapping[SharedClass, Placement]) -> StoragePolicy:
    """The policy, with each mode no further than the kind has come."""
    lines = tuple(
        Line(kind, range, mode, _decision(policy, kind, range))
        for kind in SharedClass
        for range in Range
        if (mode := _mode(policy, kind, range, placements)) is not Mode.FEDERATED
    )
    return msgspec.structs.replace(policy, lines=lines)


def to_switch(
    policy: StoragePolicy, placements: Mapping[SharedClass, Placement]
) -> list[tuple[SharedClass, Mode]]:
    """Kinds that are not, and are not on the way to, where the policy places them."""
    return [
        (kind, policy.placed(kind))
        for kind in SharedClass
        if policy.placed(kind) is not placements.get(kind, Placement(kind)).to
    ]


def _mode(
    policy: StoragePolicy, kind: SharedClass, range: Range, placements: Mapping[SharedClass, Placement]
) -> Mode:
    stands = placements.get(kind, Placement(kind)).mode
    if stands is Mode.CENTRAL_MASTER:
        return stands
    return min(policy.mode(kind, range), stands, key=lambda mode: mode.rank)


def _decision(policy: StoragePolicy, kind: SharedClass, range: Range) -> str:
    found = policy.decision(kind, range)
    return found.id if found else ""
