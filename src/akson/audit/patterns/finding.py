"""All patterns over all looks, added up to cases."""

from collections.abc import Iterable, Iterator

from akson.audit.patterns import browsing, celebrity, circumstances, colleague, family, neighbour
from akson.audit.patterns.pairs import House, Pair
from akson.audit.patterns.rows import Case, Kind, Look, Sign, Surroundings

ALARM = 5.0
"""Sum of weights from which a pair is worth a question: a pattern and at least two circumstances. Tuned on seeds 1 to 8 of
`seeding`; measured on others."""


def find(looks: Iterable[Look], around: Surroundings) -> list[Case]:
    """Highest score first; the same looks give the same cases."""
    house = House(looks)
    found = [*_of_pairs(house, around), *browsing.cases(house)]
    return sorted(found, key=lambda case: (-case.score, case.actor, case.patients))


def _of_pairs(house: House, around: Surroundings) -> Iterator[Case]:
    employed = colleague.employers(around)
    crowded = celebrity.crowds(house)
    for pair in house.pairs.values():
        pointed = {
            Kind.NEIGHBOUR: neighbour.sign(pair, around),
            Kind.COLLEAGUE: colleague.sign(pair, around, employed),
            Kind.FAMILY: family.sign(pair, around),
            Kind.CELEBRITY: celebrity.sign(pair, around, crowded, house),
        }
        patterns = {kind: sign for kind, sign in pointed.items() if sign is not None}
        if patterns and (case := _case(pair, patterns, house)):
            yield case


def _case(pair: Pair, patterns: dict[Kind, Sign], house: House) -> Case | None:
    """The heaviest pattern names it; the others add to it, so does each circumstance."""
    signs = sorted((*patterns.values(), *circumstances.signs(pair, house)), key=lambda sign: -sign.weight)
    score = sum(sign.weight for sign in signs)
    if score < ALARM:
        return None
    kind = max(patterns, key=lambda kind: patterns[kind].weight)
    reasons = tuple(sign.words for sign in signs)
    return Case(kind, pair.actor, (pair.patient,), score, reasons, pair.looks[0].at, pair.looks[-1].at)
