"""Who is responsible for a patient's multidose: M27.1 to M27.4 and M28.

| message | says |
| --- | --- |
| M27.1, M27.3 | a doctor or pharmacy takes or gives up responsibility, for a patient or a group |
| M27.2, M27.4 | what the hub answers: who has it now |
| M28 | tells a pharmacy that the doctor is another from a day on |

Source: eResept 2.4 and 2.5, M27.1 (2013-04-16), M27.2 (2013-04-16), M27.3, M27.4 and M28 (2012-06-11).
"""

from akson.exchange.components import fk1
from akson.exchange.schema import Element, declare

_BASE = "http://www.kith.no/xmlstds/eresept/"
M271, M272 = (f"{_BASE}m27{part}/2013-04-16" for part in (1, 2))
M273, M274 = (f"{_BASE}m27{part}/2012-06-11" for part in (3, 4))
M28 = f"{_BASE}m28/2012-06-11"

DOCTOR = declare(
    "Multidoselege",
    M274,
    Element("HprNr", "string", "HPR-nummer"),
    Element("Navn", "string", "Navn"),
    Element("Org", "string", "Virksomhet"),
    Element("HerId", fk1.IDENT, "HER-id"),
    Element("AktivTil", "date", "Ansvarlig til", "0..1"),
    Element("Telefon", fk1.TELECOM, "Telefon", "0..1"),
)
PHARMACY = declare(
    "Multidoseapotek",
    M274,
    Element("Navn", "string", "Navn"),
    Element("Adresse", fk1.ADDRESS, "Adresse", "0..1"),
    Element("Konsesjonsnr", fk1.IDENT, "Konsesjonsnummer"),
    Element("AktivTil", "date", "Ansvarlig til", "0..1"),
    Element("Telefon", fk1.TELECOM, "Telefon", "0..1"),
)
DOCTOR_HELD = Element("Multidoselege", DOCTOR, "Multidoselege", "0..1", namespace=M274)
PHARMACY_HELD = Element("Multidoseapotek", PHARMACY, "Multidoseapotek", "0..1", namespace=M274)

REGISTRATION = declare(
    "M271", M271, Element("Status", "CS", "Registrering"), Element("GjelderFra", "date", "Gjelder fra")
)
REGISTERED = declare(
    "M272",
    M272,
    Element("RegistrertEndring", "boolean", "Endringen er registrert"),
    DOCTOR_HELD,
    PHARMACY_HELD,
)
_OF_GROUP = declare("Pasient", M273, Element("Fnr", "string", "Fødselsnummer"))
GROUP_REGISTRATION = declare(
    "M273",
    M273,
    Element("Status", "CS", "Registrering"),
    Element("GjelderFra", "date", "Gjelder fra"),
    Element("GruppeId", "string", "Gruppe-id"),
    Element("Pasient", _OF_GROUP, "Pasient", "0..*"),
)
_REGISTERED_OF_GROUP = declare("Pasient", M274, Element("Fnr", "string", "Fødselsnummer"), DOCTOR_HELD)
GROUP_REGISTERED = declare(
    "M274",
    M274,
    Element("RegistrertEndring", "boolean", "Endringen er registrert"),
    Element("GruppeId", "string", "Gruppe-id"),
    Element("Pasient", _REGISTERED_OF_GROUP, "Pasient", "0..*"),
    PHARMACY_HELD,
)
OTHER_DOCTOR = declare(
    "M28",
    M28,
    Element("AktivFra", "date", "Gjelder fra"),
    Element("Multidoselege", DOCTOR, "Multidoselege", namespace=M274),
)
