"""Why, in bokmål: both sides by list and line, as they were written. Says what differs, never what is right."""

from collections.abc import Sequence

from akson.care.medication.reconciliation.reading import Reading

_DIFFERS = {
    "route": "gis på ulik måte eller sted",
    "form": "har ulik legemiddelform",
    "asneeded-vs-fixed": "er fast i én liste og ved behov i en annen",
    "dose": "har ulik dose",
    "frequency": "tas til ulike tider eller ulikt antall ganger",
    "strength": "har ulik styrke",
}


_LISTS = {
    "municipality": "kommunens liste",
    "hospital": "sykehusets liste",
    "gp": "fastlegens liste",
    "pll": "PLL",
    "patient": "pasientens liste",
}


def list_names(sources: Sequence[str]) -> tuple[str, ...]:
    """What to call each list: by its source, with its number in time where two share one or none is said."""
    said = [_LISTS.get(source.lower(), f"listen fra {source}" if source else "") for source in sources]
    return tuple(
        f"{name} nr. {place}" if name and said.count(name) > 1 else name or f"liste {place}"
        for place, name in enumerate(said, 1)
    )


def side(reading: Reading) -> str:
    """`kommunens liste (m1): Selo-Zok 50 mg, 1+0+0+0`."""
    line = reading.line
    name = line.name or line.substance or line.atc
    said = " ".join(p for p in (name, line.strength, line.form) if p)
    more = [p for p in (line.dose, line.route, "ved behov" if line.asneeded else "") if p]
    return f"{reading.lists[reading.place]} ({line.id}): {', '.join([said, *more])}"


def sides(readings: Sequence[Reading]) -> str:
    return "; ".join(side(r) for r in sorted(readings, key=lambda r: (r.place, r.line.id)))


def name_of(readings: Sequence[Reading]) -> str:
    drug = readings[0].drug
    if drug.known:
        return drug.key[:1].upper() + drug.key[1:]
    line = readings[0].line
    return line.name or line.substance or line.atc


def still_taken(stopped: Sequence[Reading], active: Sequence[Reading]) -> str:
    return f"{name_of(active)} er seponert i {sides(stopped)}, men i bruk i {sides(active)}."


def ended(readings: Sequence[Reading]) -> str:
    return f"{name_of(readings)}: kuren er over, men linjen er ikke avsluttet: {sides(readings)}."


def doubled(readings: Sequence[Reading]) -> str:
    return f"{name_of(readings)} står to ganger i samme liste: {sides(readings)}."


def split(several: Sequence[Reading], single: Sequence[Reading]) -> str:
    return f"{name_of(several)} er delt på flere styrker i {sides(several)}; samme døgndose i én i {sides(single)}."


def differing(class_: str, readings: Sequence[Reading]) -> str:
    return f"{name_of(readings)} {_DIFFERS[class_]}: {sides(readings)}."


def missing(readings: Sequence[Reading], places: int, carrying: set[int]) -> str:
    lacking = next(p for p in range(places - 1, -1, -1) if p not in carrying)
    return f"{name_of(readings)} mangler i {readings[0].lists[lacking]}, men står i {sides(readings)}."


def added(readings: Sequence[Reading]) -> str:
    return f"{name_of(readings)} er ny i {sides(readings)}; den står ikke i tidligere lister."


def brand(readings: Sequence[Reading]) -> str:
    return f"{name_of(readings)}: samme virkestoff og bruk, annet preparatnavn: {sides(readings)}."


def wording(readings: Sequence[Reading]) -> str:
    return f"{name_of(readings)}: samme bruk, skrevet på en annen måte: {sides(readings)}."


def same_class(readings: Sequence[Reading], code: str) -> str:
    return f"To legemidler fra samme gruppe ({code}) i samme liste: {sides(readings)}."


def allergy(readings: Sequence[Reading], stated: str) -> str:
    return f"Pasienten har oppgitt allergi mot {stated}; {name_of(readings)} omfattes: {sides(readings)}."
