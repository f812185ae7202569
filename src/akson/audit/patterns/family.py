"""A former spouse, other family, or somebody with her family name at her own address."""

from akson.audit.patterns.pairs import Pair
from akson.audit.patterns.rows import Sign, Surroundings

FORMER = Sign(4.0, "Den ansatte har stått som pårørende, og forholdet er avsluttet.")
RELATED = Sign(3.5, "Den ansatte står som pårørende til pasienten.")
HOUSEHOLD = Sign(3.0, "Pasienten har samme etternavn og samme adresse som den ansatte.")


def sign(pair: Pair, around: Surroundings) -> Sign | None:
    """One's own record is nobody else's family: what staff may see of it, the rules of access say."""
    staff = around.staff.get(pair.actor)
    if staff is None or staff.patient == pair.patient:
        return None
    if pair.patient in staff.former:
        return FORMER
    if pair.patient in staff.relatives:
        return RELATED
    resident = around.residents.get(pair.patient)
    same = resident and staff.home and staff.family
    if same and resident and (resident.home, resident.family) == (staff.home, staff.family):
        return HOUSEHOLD
    return None
