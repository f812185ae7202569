"""A product that nobody has anything of but what it sent: PLO messages in a folder, as the post carried them.

write(folder) -> number of files        python -m akson_lab brev --into DIR
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from akson_lab.facts import Party, Shipment, Stay
from akson_lab.municipality import admission_report_message, information_message
from akson_lab.people import residents

SEED, COUNT = 43, 3
UNIT = "990105"
"""HER-id of the unit that wrote all of them."""
_FROM = Party("Nesvik kommune", "990104", "Hjemmesykepleien", UNIT)
_TO = Party("Havnes sykehus HF", "990201", "PLO innleggelse somatikk", "990202")
_FIRST = datetime(2026, 11, 2, 9, 30, tzinfo=ZoneInfo("Europe/Oslo"))
_TEXTS = (
    "Sår på venstre legg, 3,5 x 2 cm. Stelles mandag, onsdag og fredag.",
    "Bor alene. Får hjelp til medisiner morgen og kveld.",
)


def letters() -> dict[str, bytes]:
    """File name -> message: two about each."""
    made: dict[str, bytes] = {}
    for n, person in enumerate(residents(SEED, COUNT, city="Nesvik")):
        stay = Stay(
            sender=_FROM, receiver=_TO, national_id=person.national_id, given=person.given, family=person.family,
            born=person.born, female=person.female, street=person.street, postal_code=person.postal_code,
            city=person.city, admitted_at=_FIRST, sent_at=_FIRST + timedelta(days=n), ward="Medisinsk avdeling",
            ward_phone="05500202", responsible_given="Eli", responsible_family="Nes", responsible_hpr="9900083",
            description="Kronisk leggsår",
        )  # fmt: skip
        later = replace(stay, sent_at=stay.sent_at + timedelta(days=7))
        made[f"{n}-rapport.xml"] = admission_report_message(stay, _shipment(n, 0), text=_TEXTS[0])
        made[f"{n}-opplysning.xml"] = information_message(later, _shipment(n, 1), text=_TEXTS[1])
    return made


def write(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    made = letters()
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return len(made)


def _shipment(person: int, place: int) -> Shipment:
    """The same files each time: a second reading must find nothing new."""
    return Shipment(str(uuid.uuid5(uuid.NAMESPACE_URL, f"akson-lab/brev/{person}/{place}")))
