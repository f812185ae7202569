"""Persons, professionals, organisations and addresses inside payloads: namespace felleskomponent1.

Source: HIS 80117 and the felleskomponent1 standard, version 1.1 (2007-04-12).
"""

from akson.exchange.components.persons import persons
from akson.exchange.schema import Element, Structure, declare
from akson.exchange.schema.declare import SELF

NAMESPACE = "http://www.kith.no/xmlstds/felleskomponent1"

_PERSONS = persons(NAMESPACE)
IDENT, ADDRESS, TELECOM = _PERSONS.ident, _PERSONS.address, _PERSONS.telecom
PERSON = _PERSONS.person
PROFESSIONAL = _PERSONS.professional
ORGANISATION: Structure = declare(
    "Organisation",
    NAMESPACE,
    Element("TypeOrganisation", "CV", "Type virksomhet", "0..1", codes=9040),
    Element("OrganisationName", "string", "Navn"),
    Element("Ident", _PERSONS.ident, "Id", "1..*"),
    *_PERSONS.reached,
    Element("Organisation", SELF, "Underenhet", "0..1"),
)
