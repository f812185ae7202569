"""Medicines in use: M25.1 (the shared list), M25.2 and M25.3 (multidose) and M25.4, which are one list with different parts.

| message | who to whom | has beside the lines |
| --- | --- | --- |
| M25.1 | doctor to the hub, and from it: pasientens legemiddelliste | what was stopped, questions, substitute |
| M25.2 | multidose pharmacy to the hub | questions, when it is packed |
| M25.3 | pharmacy: what is packed | what is in the roll, what was last handed out, when it is packed |
| M25.4 | others to the hub | nothing more |

Each line's medicine is a document of its own in base64: prescription_2013.RESEPT_DOK_LEGEMIDDEL.
Source: eResept 2.5 (2013-10-08), M25.1 to M25.4.
"""

from akson.exchange.components import fk1
from akson.exchange.components.prescription import critical
from akson.exchange.components.prescription.prescription_2013 import RESEPT_DOK_LEGEMIDDEL
from akson.exchange.schema import Element, Structure, alternatives, declare

_BASE = "http://www.kith.no/xmlstds/eresept/"
M251, M252, M253, M254 = (f"{_BASE}m25{part}/2013-10-08" for part in (1, 2, 3, 4))


def _role(namespace: str) -> Structure:
    person = declare(
        "Helseperson",
        namespace,
        Element("HprId", fk1.IDENT, "HPR-nummer"),
        Element("Fornavn", "string", "Fornavn", "0..1"),
        Element("Etternavn", "string", "Etternavn", "0..1"),
        Element("Spesialitet", "CV", "Spesialitet", "0..1"),
    )
    organisation = declare(
        "Organisasjon",
        namespace,
        Element("HerId", fk1.IDENT, "HER-id"),
        Element("Inst", "string", "Virksomhet", "0..1"),
        Element("Dept", "string", "Avdeling", "0..1"),
        Element("InstitusjonsID", "CV", "Institusjons-id", "0..1"),
    )
    return declare(
        "Rolle",
        namespace,
        Element("Rolle", "CS", "Rolle"),
        alternatives(
            Element("Helseperson", person, "Helseperson"),
            Element("Organisasjon", organisation, "Virksomhet"),
        ),
    )


def _question(namespace: str) -> Structure:
    answer = declare(
        "Svar", namespace, Element("Kode", "CV", "Svar"), Element("Merknad", "string", "Merknad", "0..1")
    )
    return declare(
        "Sporsmal",
        namespace,
        Element("Kode", "CV", "Spørsmål"),
        Element("Merknad", "string", "Merknad", "0..1"),
        Element("Tidspunkt", "dateTime", "Tidspunkt"),
        Element("Stiller", "string", "Fra (HER-id)"),
        Element("Mottaker", "string", "Til (HER-id)", "0..1"),
        Element("Svar", answer, "Svar", "0..1"),
    )


def _packing(namespace: str) -> Element:
    packing = declare(
        "Pakkeinfo",
        namespace,
        Element("Bestillingsfrist", "dateTime", "Frist for endringer"),
        Element("ForsteDoseringsdato", "date", "Første dag i rullen", "0..1"),
        Element("SisteDoseringsdato", "date", "Siste dag i rullen", "0..1"),
    )
    return Element("Pakkeinfo", packing, "Pakking", "0..1")


def _line(namespace: str, role: Structure, *further: Element, in_roll: bool = False) -> Structure:
    roll = (Element("InngarMultidose", "CS", "Multidose", "0..1"),) if in_roll else ()
    return declare(
        "EnkeltoppforingLIB",
        namespace,
        Element("Id", "string", "Id"),
        Element("Type", "CS", "Type"),
        Element("ReseptId", "string", "Resept-id", "0..1"),
        Element("UtlopsdatoResept", "date", "Resepten utløper", "0..1"),
        Element("SistEndret", "dateTime", "Sist endret"),
        Element("DatoOppstart", "date", "Startet", "0..1"),
        *roll,
        Element("MedEndring", "boolean", "Endret", "0..1"),
        Element("Rolle", role, "Rolle", "0..*"),
        Element("ReseptDokLegemiddelB64", "base64Binary", "Legemiddel", holds=(RESEPT_DOK_LEGEMIDDEL,)),
        *further,
    )


def _list(
    namespace: str, line: Structure, role: Structure, *packing: Element, after: tuple[Element, ...] = ()
) -> Structure:
    return declare(
        "LegemidlerIBruk",
        namespace,
        Element("Rolle", role, "Rolle", "0..*"),
        Element("EnkeltoppforingLIB", line, "Legemiddel", "0..*"),
        *packing,
        Element("Allergi", critical.ALLERGY, "Allergi", "0..*", namespace=critical.NAMESPACE),
        Element("Merknad", "string", "Merknad", "0..1"),
        *after,
    )


def _shared() -> Structure:
    stopped = declare(
        "Seponering",
        M251,
        Element("Tidspunkt", "dateTime", "Seponert"),
        Element("Arsak", "CS", "Årsak"),
        Element("Merknad", "string", "Merknad", "0..1"),
    )
    role = _role(M251)
    line = _line(
        M251,
        role,
        Element("Seponering", stopped, "Seponering", "0..1"),
        Element("Sporsmal", _question(M251), "Spørsmål", "0..*"),
    )
    return _list(M251, line, role, after=(Element("Vikar", "CS", "Vikar", "0..1"),))


def _pharmacy() -> Structure:
    role = _role(M252)
    line = _line(M252, role, Element("Sporsmal", _question(M252), "Spørsmål", "0..*"))
    return _list(M252, line, role, _packing(M252))


def _packed() -> Structure:
    handed_out = declare(
        "SisteUtlevering",
        M253,
        Element("RefM10", "string", "Utleveringsrapport", "0..1"),
        Element("Ompakkingsgrunn", "CS", "Grunn til ompakking", "0..1"),
        Element("DatoForsteDose", "date", "Første dose"),
        Element("DatoSisteDose", "date", "Siste dose"),
        Element("Bilderef", "URL", "Bilde", "0..1"),
        Element("UtleveringB64", "base64Binary", "Utlevering"),
    )
    role = _role(M253)
    further = Element("SisteUtlevering", handed_out, "Siste utlevering", "0..*")
    return _list(M253, _line(M253, role, further, in_roll=True), role, _packing(M253))


def _others() -> Structure:
    role = _role(M254)
    return _list(M254, _line(M254, role), role)


SHARED_LIST, PHARMACY_LIST, PACKED_LIST, OTHERS_LIST = _shared(), _pharmacy(), _packed(), _others()
