"""Building restrictions without ballast: what says nothing is left out, what cannot hold is Nothing.

    all_of(Everything(), x) -> x      any_of() -> Nothing()      negated(Everything()) -> Nothing()

Never changes what a restriction means; the store gets less SQL for it.
"""

from akson.access.decision import AllOf, AnyOf, Everything, Not, Nothing, Restriction


def all_of(*parts: Restriction) -> Restriction:
    """What satisfies every part; Everything of none."""
    kept: list[Restriction] = []
    for part in parts:
        match part:
            case Everything():
                continue
            case Nothing():
                return part
            case AllOf(inner):
                kept += [each for each in inner if each not in kept]
            case _ if part not in kept:
                kept.append(part)
    if not kept:
        return Everything()
    return kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def any_of(*parts: Restriction) -> Restriction:
    """What satisfies some part; Nothing of none."""
    kept: list[Restriction] = []
    for part in parts:
        match part:
            case Nothing():
                continue
            case Everything():
                return part
            case AnyOf(inner):
                kept += [each for each in inner if each not in kept]
            case _ if part not in kept:
                kept.append(part)
    if not kept:
        return Nothing()
    return kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def negated(part: Restriction) -> Restriction:
    """What does not satisfy the part."""
    match part:
        case Everything():
            return Nothing()
        case Nothing():
            return Everything()
        case Not(inner):
            return inner
        case _:
            return Not(part)
