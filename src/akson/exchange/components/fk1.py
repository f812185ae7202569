"""Persons, professionals, organisations and addresses inside payloads: namespace felleskomponent1.

Source: HIS 80117 and the felleskomponent1 standard, version 1.1 (2007-04-12). The header has its own twins (msghead.py).
"""

from akson.exchange.schema import Element, Structure, declare
from akson.exchange.schema.declare import SELF

NAMESPACE = "http://www.kith.no/xmlstds/felleskomponent1"

IDENT = declare(
    "Ident",
    NAMESPACE,
    Element("Id", "string", "Identifikator"),
    Element("TypeId", "CV", "Type identifikator"),
)
ADDRESS = declare(
    "Address",
    NAMESPACE,
    Element("Type", "CS", "Adressetype", "0..1", codes=3401),
    Element("StreetAdr", "string", "Gateadresse", "0..1"),
    Element("PostalCode", "string", "Postnummer", "0..1"),
    Element("City", "string", "Poststed", "0..1"),
    Element("Postbox", "string", "Postboks", "0..1"),
    Element("County", "CS", "Kommune", "0..1", codes=3402),
    Element("Country", "CS", "Land", "0..1", codes=9043),
)
TELECOM = declare(
    "TeleCom",
    NAMESPACE,
    Element("TypeTelecom", "CS", "Type telefon", "0..1", codes=9061),
    Element("TeleAddress", "URL", "Telefon eller adresse"),
)
_NAMES = (
    Element("FamilyName", "string", "Etternavn", "0..1"),
    Element("MiddleName", "string", "Mellomnavn", "0..1"),
    Element("GivenName", "string", "Fornavn", "0..1"),
    Element("DateOfBirth", "date", "Fødselsdato", "0..1"),
    Element("Sex", "CS", "Kjønn", "0..1", codes=3101),
    Element("Nationality", "CS", "Nasjonalitet", "0..1", codes=9043),
)
_REACHED = (
    Element("Address", ADDRESS, "Adresse", "0..1"),
    Element("TeleCom", TELECOM, "Telefon", "0..*"),
)
PERSON: Structure = declare("Person", NAMESPACE, *_NAMES, Element("Ident", IDENT, "Id", "0..*"), *_REACHED)
PROFESSIONAL: Structure = declare(
    "HealthcareProfessional",
    NAMESPACE,
    Element("TypeHealthcareProfessional", "CS", "Profesjon", "0..1", codes=9060),
    Element("RoleToPatient", "CV", "Rolle", "0..1", codes=9034),
    *_NAMES,
    Element("Ident", IDENT, "Id", "1..*"),
    *_REACHED,
)
ORGANISATION: Structure = declare(
    "Organisation",
    NAMESPACE,
    Element("TypeOrganisation", "CV", "Type virksomhet", "0..1", codes=9040),
    Element("OrganisationName", "string", "Navn"),
    Element("Ident", IDENT, "Id", "1..*"),
    *_REACHED,
    Element("Organisation", SELF, "Underenhet", "0..1"),
)
