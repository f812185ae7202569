"""What a trial's municipality is made of, as FHIR: its houses, and the people it knows."""

import hashlib
from collections.abc import Iterable
from typing import Any

from akson.app.trial.known import House, Human, Known, folded
from akson.exchange.envelope.values import Envelope, Party
from akson.exchange.identity_numbers import SYSTEMS
from akson.exchange.inbox.directory import ENTERPRISE_SYSTEMS
from akson.terminology.systems import HER_ID, NORWEGIAN_IDENTIFIERS

LOCAL_NUMBER = f"{NORWEGIAN_IDENTIFIERS}5"


def patient(human: Human) -> dict[str, Any]:
    *given, family = human.name.split()
    identifiers = [
        {"system": SYSTEMS[kind][0] if kind in SYSTEMS else LOCAL_NUMBER, "value": digits}
        for kind, digits in human.numbers
    ]
    return {
        "resourceType": "Patient",
        "id": _id(human.name, *(digits for _, digits in human.numbers)),
        **({"identifier": identifiers} if identifiers else {}),
        "name": [{"text": human.name, "family": family, **({"given": given} if given else {})}],
        **({"birthDate": human.born} if human.born else {}),
    }


def organisation(house: House) -> dict[str, Any]:
    above = {"partOf": {"reference": f"Organization/{house_id(house.above)}"}} if house.above else {}
    return {
        "resourceType": "Organization",
        "id": house_id(house.her),
        "active": True,
        "identifier": [_number(house.her)],
        "name": house.name or house.her,
        **above,
    }


def house_id(her: str) -> str:
    return f"her-{her.replace(':', '-')}"


def _number(her: str) -> dict[str, str]:
    kind, _, digits = her.rpartition(":")
    return {"system": ENTERPRISE_SYSTEMS[0] if kind else HER_ID, "value": digits}


def houses(known: Known, envelopes: Iterable[Envelope]) -> tuple[House, ...]:
    """Those the list names; else all that the messages are addressed to. Whatever stands above comes first."""
    if known.houses:
        named = {house.her for house in known.houses}
        return tuple(sorted(known.houses, key=lambda h: h.above in named))
    found: dict[str, House] = {}
    for envelope in envelopes:
        for receiver in envelope.receivers:
            for house in _addressed(receiver.party, known):
                found.setdefault(house.her, house)
            if receiver.party.key.startswith("ENH:"):
                found.setdefault(receiver.party.key, House(receiver.party.key, receiver.party.name, ""))
    return tuple(found.values())


def _addressed(party: Party, known: Known, above: str = "") -> Iterable[House]:
    her = party.organisation_her
    if her.isdecimal():
        yield House(her, party.name, above if above != her else "")
    above = her if her.isdecimal() else above
    if party.unit:
        yield from _addressed(party.unit, known, above)
    person = party.person
    address = Party(person=person).her if person else ""
    stranger = bool(known.staff) and person is not None and folded(person.name) not in known.staff
    if person and address.isdecimal() and address != above and not (stranger and above):
        yield House(address, person.name, above)


def _id(*parts: str) -> str:
    return "p-" + hashlib.sha256("|".join(parts).encode("utf-8")).hexdigest()[:24]
