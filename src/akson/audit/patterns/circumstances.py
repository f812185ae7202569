"""What speaks for or against a look that a pattern has pointed at: was there work in it?"""

from collections.abc import Iterator

from akson.audit.patterns.pairs import House, Pair
from akson.audit.patterns.rows import Opening, Sign

CARED = Sign(-4.0, "Den ansatte gjorde noe for pasienten like ved oppslaget.")
NO_ACT = Sign(1.5, "Ingenting ble skrevet for pasienten.")
UNIT_CARES = Sign(-1.5, "Enheten gir pasienten hjelp.")
STRANGER = Sign(1.5, "Ingen i enheten har gjort noe for pasienten i perioden.")
OUTSIDE_SHIFT = Sign(1.5, "Oppslag utenom vakt: ingen andre pasienter ble sett omkring samme tid.")
USUAL = Sign(-1.5, "Rollen ser ofte i journaler uten å skrive, og åpningen var ordinær.")
ALONE = {
    Opening.EMERGENCY: Sign(2.0, "Åpnet som øyeblikkelig hjelp, uten at noe ble gjort."),
    Opening.DECLARED: Sign(1.5, "Åpnet med egenerklært relasjon, uten at noe ble gjort."),
    Opening.REFUSED: Sign(1.0, "Prøvde å åpne journalen og ble avvist."),
}
"""Openings that the actor brought about herself, when no act followed."""


def signs(pair: Pair, house: House) -> Iterator[Sign]:
    if pair.cared_for():
        yield CARED
    elif not pair.acts:
        yield NO_ACT
        yield from (ALONE[opening] for opening in sorted(pair.openings & ALONE.keys()))
    if house.shares_work(pair):
        yield UNIT_CARES
    elif not house.others_care(pair):
        yield STRANGER
    if pair.openings == {Opening.ORDINARY} and house.often_looks_only(pair.actor):
        yield USUAL
    if any(not house.at_work(look) for look in pair.looks):
        yield OUTSIDE_SHIFT
