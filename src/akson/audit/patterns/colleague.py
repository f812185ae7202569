"""The patient works in the same unit."""

from collections.abc import Mapping

from akson.audit.patterns.pairs import Pair
from akson.audit.patterns.rows import Sign, Surroundings

SIGN = Sign(3.0, "Pasienten er kollega i samme enhet.")


def employers(around: Surroundings) -> Mapping[str, str]:
    """Patient id -> the unit where she works."""
    return {staff.patient: staff.unit for staff in around.staff.values() if staff.patient}


def sign(pair: Pair, around: Surroundings, employed: Mapping[str, str]) -> Sign | None:
    staff = around.staff.get(pair.actor)
    if staff is None or not staff.unit or staff.patient == pair.patient:
        return None
    return SIGN if employed.get(pair.patient) == staff.unit else None
