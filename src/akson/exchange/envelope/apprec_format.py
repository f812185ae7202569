"""The application receipt as a declaration: AppRec 1.0 and 1.1 have the same elements in two namespaces.

Source: HIS 80415:2012, AppRec-v1-2004-11-21.xsd and AppRec-v1.1.xsd.
"""

from dataclasses import dataclass

from akson.exchange.schema import Element, Structure, alternatives, declare

ROOT = "AppRec"


@dataclass(frozen=True, slots=True)
class Version:
    number: str
    namespace: str
    mig: str
    """What MIGversion says."""
    structure: Structure


def _apprec(namespace: str) -> Structure:
    additional = declare(
        "AdditionalId", namespace, Element("Id", "string", "Id"), Element("Type", "CS", "Type id")
    )
    identity = (
        Element("Name", "string", "Navn", "0..1"),
        Element("Id", "string", "Id", "0..1"),
        Element("TypeId", "CS", "Type id", "0..1"),
    )
    further = Element("AdditionalId", additional, "Annen id", "0..*")
    kind = Element("Type", "CS", "Type", "0..1")
    department = declare("Dept", namespace, kind, *identity, further)
    staff = declare("HCPerson", namespace, *identity, further)
    professional = declare("HCProf", namespace, kind, *identity, further)
    institution = declare(
        "Inst",
        namespace,
        *identity,
        Element("Dept", department, "Tjeneste", "0..*"),
        further,
        Element("HCPerson", staff, "Person", "0..*"),
    )
    address = declare(
        "Address",
        namespace,
        Element("Type", "CS", "Adressetype"),
        Element("StreetAdr", "string", "Gateadresse", "0..1"),
        Element("PostalCode", "string", "Postnummer", "0..1"),
        Element("City", "string", "Poststed", "0..1"),
        Element("County", "CS", "Kommune", "0..1"),
        Element("Country", "CS", "Land", "0..1"),
        Element("CityDistr", "CS", "Bydel", "0..1"),
        Element("TeleAddress", "URL", "Telefon", "0..*"),
    )
    party = declare(
        "HCP",
        namespace,
        alternatives(Element("Inst", institution, "Virksomhet"), Element("HCProf", professional, "Person")),
        Element("MedSpeciality", "CV", "Spesialitet", "0..1"),
        Element("Address", address, "Adresse", "0..1"),
    )
    role = Element("Role", "CS", "Rolle", "0..1", codes=7305)
    original = declare(
        "OriginalMsgId",
        namespace,
        Element("MsgType", "CS", "Meldingstype", codes=8279),
        Element("IssueDate", "dateTime", "Laget"),
        Element("Id", "string", "Meldings-id"),
    )
    return declare(
        "AppRec",
        namespace,
        Element("MsgType", "CS", "Type"),
        Element("MIGversion", "string", "Versjon"),
        Element("SoftwareName", "string", "Program", "0..1"),
        Element("SoftwareVersion", "string", "Programversjon", "0..1"),
        Element("GenDate", "dateTime", "Laget"),
        Element("Id", "string", "Kvitterings-id"),
        Element("Sender", declare("Sender", namespace, role, Element("HCP", party, "Avsender")), "Avsender"),
        Element(
            "Receiver", declare("Receiver", namespace, role, Element("HCP", party, "Mottaker")), "Mottaker"
        ),
        Element("Status", "CS", "Status", codes=8258),
        Element("Error", "CV", "Feil", "0..*", codes=8221),
        Element("OriginalMsgId", original, "Kvitterer for"),
    )


def _version(number: str, day: str, mig: str) -> Version:
    namespace = f"http://www.kith.no/xmlstds/apprec/{day}"
    return Version(number, namespace, mig, _apprec(namespace))


V1_0 = _version("1.0", "2004-11-21", "1.0 2004-11-21")
V1_1 = _version("1.1", "2012-02-15", "v1.1 2012-02-15")
VERSIONS = (V1_0, V1_1)
