"""Special: `near` of Location, by the great circle. Spec: https://hl7.org/fhir/R4/location.html#positional."""

from akson.fhir.search.query import NearValue, Term
from akson.fhir.search.values.special import LATITUDE, LONGITUDE
from akson.store.search.scope import Scope, disjunction, unsupported

EARTH_RADIUS_KM = 6371.0088


def condition(term: Term, scope: Scope) -> str:
    if term.modifier is not None:
        raise unsupported(f"The modifier :{term.modifier} of {term.param} is not offered.")
    return disjunction([_one(term.param, v, scope) for v in term.values if isinstance(v, NearValue)])


def _one(param: str, value: NearValue, scope: Scope) -> str:
    add = scope.arguments.add
    latitude, longitude = add(value.latitude, "float8"), add(value.longitude, "float8")
    key_1, key_2 = (
        add(scope.keys.param(scope.tenant, scope.type, param + name), "bigint")
        for name in (LATITUDE, LONGITUDE)
    )
    arrays = f"unnest({scope.column('num_key')}, {scope.column('num_lo')})"
    # The haversine: exact enough everywhere, also for places close together.
    half = (
        f"sin(radians(a.v - {latitude}) / 2) ^ 2 + cos(radians({latitude})) * cos(radians(a.v)) "
        f"* sin(radians(o.v - {longitude}) / 2) ^ 2"
    )
    distance = f"2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1, {half})))"
    return (
        f"exists (select from {arrays} a(k, v), {arrays} o(k, v) "
        f"where a.k = {key_1} and o.k = {key_2} and {distance} <= {add(value.kilometres, 'float8')})"
    )
