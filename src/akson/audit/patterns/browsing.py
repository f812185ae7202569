"""Mass browsing: a day with far more strangers' records than is usual for the role, and for the person herself."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from statistics import median

from akson.audit.patterns.pairs import House, Pair
from akson.audit.patterns.rows import Case, Kind
from akson.audit.patterns.spread import limit

LEAST = 12
TIMES = 4.0
OWN_TIMES = 2.5
SCORE_MAX = 12.0


def cases(house: House) -> Iterator[Case]:
    """One for each member of staff and day."""
    days: defaultdict[tuple[str, date], dict[str, Pair]] = defaultdict(dict)
    role: dict[tuple[str, date], str] = {}
    seen: defaultdict[tuple[str, date], list[datetime]] = defaultdict(list)
    for look in house.looks:
        key = (look.actor, look.at.date())
        role[key] = look.role
        pair = house.pairs[look.actor, look.patient]
        if house.stranger(pair):
            days[key][look.patient] = pair
            seen[key].append(look.at)
    counts = {key: len(days.get(key, ())) for key in role}
    of_role: defaultdict[str, list[int]] = defaultdict(list)
    of_actor: defaultdict[str, list[int]] = defaultdict(list)
    for key, count in counts.items():
        of_role[role[key]].append(count)
        of_actor[key[0]].append(count)
    limits = {name: limit(values, times=TIMES, least=LEAST) for name, values in of_role.items()}
    for key, count in counts.items():
        bound = max(limits[role[key]], OWN_TIMES * median(of_actor[key[0]]))
        if count < bound:
            continue
        usual = sorted(of_role[role[key]])[len(of_role[role[key]]) // 2]
        yield Case(
            Kind.BROWSING,
            key[0],
            tuple(sorted(days[key])),
            min(SCORE_MAX, 5.0 * count / bound),
            (
                f"{count} pasienter på én dag som verken den ansatte eller enheten gjorde noe for; "
                f"vanlig for rollen er {usual}.",
            ),
            seen[key][0],
            seen[key][-1],
        )
