"""Ways by the straight line: what there is when no table of roads is given."""

from math import asin, ceil, cos, radians, sin, sqrt

from akson.care.replanning.day import Place

EARTH_KM = 6371.0
ROADS = 1.4
"""A road is longer than the line: 1.3 to 1.4 in built-up land (detour factor, e.g. Boscoe et al. 2012)."""
KM_PER_HOUR = 30.0
PARKING_MINUTES = 3
UNKNOWN_MINUTES = 10


def kilometres(one: Place, other: Place) -> float:
    """The great circle (haversine)."""
    lon1, lat1, lon2, lat2 = (radians(x) for x in (*one, *other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


def by_line(one: Place | None, other: Place | None) -> int:
    """Whole minutes by car, upwards. The same house is no way at all."""
    if one is None or other is None:
        return UNKNOWN_MINUTES
    if one == other:
        return 0
    return ceil(kilometres(one, other) * ROADS / KM_PER_HOUR * 60) + PARKING_MINUTES
