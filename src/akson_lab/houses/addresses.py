"""Who the lab's houses are in the register, and where each message of theirs goes. Every number is made up."""

from akson_lab.facts import Party

HOSPITAL, OTHER_HOSPITAL, GP, NEIGHBOUR, HUB = 990202, 990502, 990302, 990102, 990602
NURSES, CASEWORKERS, DOCTORS = 990002, 990003, 990004
OURS = (NURSES, CASEWORKERS, DOCTORS)
"""Services of the municipality that has a message server."""
PLACES = {NURSES: "Sykepleietjeneste", CASEWORKERS: "Saksbehandling", DOCTORS: "Legetjeneste"}

HAVNES = Party("Havnes sykehus HF", "990201", "PLO innleggelse somatikk", str(HOSPITAL))
FJELL = Party("Fjell sykehus HF", "990501", "PLO innleggelse somatikk", str(OTHER_HOSPITAL))
TORGET = Party("Torget legesenter", "990301", "Fastlege Grete Lund", str(GP))
LILLEFJORD = Party("Lillefjord kommune", "990101", "Sykepleietjeneste", str(NEIGHBOUR))
BROKER = Party("Reseptformidleren", "990601", "Reseptformidleren", str(HUB))
_STORVIK = ("Storvik kommune", "990001")


def address(her: int) -> Party:
    """Of a service: the nurses' when nobody has that number, as an older system would."""
    for party in (HAVNES, FJELL, TORGET, LILLEFJORD, BROKER):
        if party.service_her == str(her):
            return party
    known = her if her in PLACES else NURSES
    return Party(*_STORVIK, PLACES[known], str(known))
