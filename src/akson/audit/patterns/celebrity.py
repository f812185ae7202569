"""A patient whom many know of: labelled so, or looked at by unusually many who have nothing to do with her."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from akson.audit.patterns.pairs import House, Pair
from akson.audit.patterns.rows import Sign, Surroundings
from akson.audit.patterns.spread import limit

CROWD_WITHIN = timedelta(days=3)
CROWD_LEAST = 5
CROWD_TIMES = 4.0
LABELLED = Sign(3.0, "Pasienten er merket som kjent person.")
CROWD_WEIGHT = 3.0


def crowds(house: House) -> Mapping[str, int]:
    """Patients with a crowd around them -> how many strangers looked within three days."""
    strangers: defaultdict[str, list[tuple[object, str]]] = defaultdict(list)
    for pair in house.pairs.values():
        if house.stranger(pair):
            strangers[pair.patient] += [(look.at, pair.actor) for look in pair.looks]
    most = {patient: _most_within(looks) for patient, looks in strangers.items()}
    most |= dict.fromkeys({patient for _, patient in house.pairs} - most.keys(), 0)
    bound = limit(most.values(), times=CROWD_TIMES, least=CROWD_LEAST)
    return {patient: count for patient, count in most.items() if count >= bound}


def sign(pair: Pair, around: Surroundings, crowded: Mapping[str, int], house: House) -> Sign | None:
    resident = around.residents.get(pair.patient)
    if resident is not None and resident.celebrity:
        return LABELLED
    count = crowded.get(pair.patient)
    if count is None or not house.stranger(pair):
        return None
    return Sign(CROWD_WEIGHT, f"{count} ansatte uten oppgaver hos pasienten så i journalen innen tre døgn.")


def _most_within(looks: list) -> int:  # type: ignore[type-arg]
    looks.sort()
    most = begin = 0
    for end, (at, _) in enumerate(looks):
        while at - looks[begin][0] > CROWD_WITHIN:
            begin += 1
        most = max(most, len({actor for _, actor in looks[begin : end + 1]}))
    return most
