"""The patient lives at most two house numbers away in the employee's own street, and not in her household."""

from akson.audit.patterns.pairs import Pair
from akson.audit.patterns.rows import Sign, Surroundings

SIGN = Sign(3.0, "Pasienten er nabo: samme gate, høyst to husnummer unna.")


def sign(pair: Pair, around: Surroundings) -> Sign | None:
    staff, resident = around.staff.get(pair.actor), around.residents.get(pair.patient)
    if staff is None or resident is None or not resident.home:
        return None
    return SIGN if resident.home in staff.near and resident.home != staff.home else None
