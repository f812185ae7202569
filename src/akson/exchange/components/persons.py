"""Persons and how they are reached, as the header and the contents both say it: the same parts in two namespaces.

Source: HIS 80117 (data types), HIS 80601:2006 (header), felleskomponent1 1.1 (contents).
"""

from dataclasses import dataclass

from akson.exchange.schema import Element, Structure, declare


@dataclass(frozen=True, slots=True)
class Persons:
    """`reached` are the elements that end a person or an organisation: address and telephones."""

    ident: Structure
    person: Structure
    professional: Structure
    reached: tuple[Element, ...]
    address: Structure
    telecom: Structure


def persons(namespace: str) -> Persons:
    ident = declare("Ident", namespace, Element("Id", "string", "Id"), Element("TypeId", "CV", "Type id"))
    address = declare(
        "Address",
        namespace,
        Element("Type", "CS", "Adressetype", "0..1", codes=3401),
        Element("StreetAdr", "string", "Gateadresse", "0..1"),
        Element("PostalCode", "string", "Postnummer", "0..1"),
        Element("City", "string", "Poststed", "0..1"),
        Element("Postbox", "string", "Postboks", "0..1"),
        Element("County", "CS", "Kommune", "0..1", codes=3402),
        Element("Country", "CS", "Land", "0..1", codes=9043),
    )
    telecom = declare(
        "TeleCom",
        namespace,
        Element("TypeTelecom", "CS", "Type telefon", "0..1", codes=9061),
        Element("TeleAddress", "URL", "Telefon eller adresse"),
    )
    reached = (
        Element("Address", address, "Adresse", "0..1"),
        Element("TeleCom", telecom, "Telefon", "0..*"),
    )
    names = (
        Element("FamilyName", "string", "Etternavn", "0..1"),
        Element("MiddleName", "string", "Mellomnavn", "0..1"),
        Element("GivenName", "string", "Fornavn", "0..1"),
        Element("DateOfBirth", "date", "Fødselsdato", "0..1"),
        Element("Sex", "CS", "Kjønn", "0..1", codes=3101),
        Element("Nationality", "CS", "Nasjonalitet", "0..1", codes=9043),
    )
    professional = declare(
        "HealthcareProfessional",
        namespace,
        Element("TypeHealthcareProfessional", "CS", "Profesjon", "0..1", codes=9060),
        Element("RoleToPatient", "CV", "Rolle", "0..1", codes=9034),
        *names,
        Element("Ident", ident, "Id", "1..*"),
        *reached,
    )
    person = declare("Person", namespace, *names, Element("Ident", ident, "Id", "0..*"), *reached)
    return Persons(ident, person, professional, reached, address, telecom)
