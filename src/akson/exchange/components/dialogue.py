"""The dialogue message: requests, answers, notes, faults. Declared as 1.1 (2013-01-23); 1.0 is told by what 1.1 changed.

Source: HIS 80704 annex C, HIS 1077:2017 (clinical dialogue), HIS 1151, HIS 1152, HIS 1206.
"""

from akson.exchange.components import fk1
from akson.exchange.components.persons import persons
from akson.exchange.schema import Element, Revision, Structure, alternatives, declare, revised

NAMESPACE = "http://www.kith.no/xmlstds/dialog/2013-01-23"
NAMESPACE_1_0 = "http://www.kith.no/xmlstds/dialog/2006-10-11"
ROOT = "Dialogmelding"
PREFIXES = {None: NAMESPACE, "fk1": fk1.NAMESPACE}
PREFIXES_1_0 = {None: NAMESPACE_1_0, "fk1": fk1.NAMESPACE}

_PERSONS = persons(fk1.NAMESPACE)
_REACHED = (
    Element("Ident", _PERSONS.ident, "Id", "0..*"),
    *_PERSONS.reached,
)
_ABOUT = (
    Element("DateOfBirth", "date", "Fødselsdato", "0..1"),
    Element("Sex", "CS", "Kjønn", "0..1", codes=3101),
    Element("Nationality", "CS", "Nasjonalitet", "0..1", codes=9043),
)
_FAMILY = Element("FamilyName", "string", "Etternavn", "0..1")
_MIDDLE = Element("MiddleName", "string", "Mellomnavn", "0..1")
_GIVEN = Element("GivenName", "string", "Fornavn", "0..1")
PROFESSIONAL = declare(
    "HealthcareProfessional",
    NAMESPACE,
    Element("TypeHealthcareProfessional", "CS", "Profesjon", "0..1", codes=9060),
    Element("RoleToPatient", "CV", "Rolle", "0..1", codes=9034),
    *(_FAMILY, _MIDDLE, _GIVEN, *_ABOUT, *_REACHED),
)
PERSON = declare("Person", NAMESPACE, *(_GIVEN, _MIDDLE, _FAMILY, *_ABOUT, *_REACHED))
_WHO = (
    Element("HealthcareProfessional", PROFESSIONAL, "Helsepersonell"),
    Element("Person", PERSON, "Person"),
)
UNIT = declare(
    "TilknyttetEnhet",
    NAMESPACE,
    Element("Kontaktenhet", fk1.ORGANISATION, "Enhet"),
    Element("Merknad", "string", "Merknad", "0..1"),
    alternatives(*_WHO, required=False),
)
ROLE = declare(
    "RollerRelatertNotat",
    NAMESPACE,
    Element("RolleNotat", "CV", "Rolle i notatet", "0..1", codes=9057),
    Element("RoleToPatient", "CV", "Rolle", "0..1", codes=9034),
    Element("TilknyttetEnhet", UNIT, "Enhet", "0..1"),
    alternatives(*_WHO, required=False),
)
REQUEST = declare(
    "Foresporsel",
    NAMESPACE,
    Element("TypeForesp", "CV", "Forespørsel"),
    Element("EmneSporsmal", "string", "Emne", "0..1"),
    Element("Sporsmal", "anyType", "Spørsmål", "0..1"),
    Element("Formål", "CV", "Formål", "0..1", codes=9068),
    Element("Begrunnelse", "string", "Begrunnelse", "0..1"),
    Element("Hastegrad", "CS", "Hastegrad", "0..1", codes=9067),
    Element("FraDato", "date", "Fra dato", "0..1"),
    Element("TilDato", "date", "Til dato", "0..1"),
    Element("TypeJournalinfo", "CV", "Type opplysning", "0..*", codes=9066),
    Element("KodetOpplysning", "CV", "Opplysning", "0..1"),
    Element("DokIdForesp", "string", "Dokument-id", "0..1"),
    Element("RollerRelatertNotat", ROLE, "Rolle", "0..*"),
)
NOTE = declare(
    "Notat",
    NAMESPACE,
    Element("TemaKodet", "CV", "Tema"),
    Element("Tema", "string", "Emne", "0..1"),
    Element("TekstNotatInnhold", "anyType", "Tekst", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("DokIdNotat", "string", "Dokument-id", "0..1"),
    Element("DatoNotat", "date", "Dato", "0..1"),
    Element("Foresporsel", REQUEST, "Svar på forespørsel", "0..1"),
    Element("RollerRelatertNotat", ROLE, "Rolle", "0..*"),
)
STRUCTURE: Structure = declare(
    ROOT,
    NAMESPACE,
    Element("SakstypeKodet", "CV", "Sakstype", "0..1"),
    Element("Sakstype", "string", "Sakstype", "0..1"),
    alternatives(
        Element("Foresporsel", REQUEST, "Forespørsel", "0..*"),
        Element("Notat", NOTE, "Notat", "0..*"),
        required=False,
    ),
)
ADDED_IN_1_1 = Revision(
    namespaces={NAMESPACE: NAMESPACE_1_0},
    without=(
        ("Foresporsel", "EmneSporsmal"),
        ("Foresporsel", "KodetOpplysning"),
        ("RollerRelatertNotat", "TilknyttetEnhet"),
    ),
    occurs={("Foresporsel", "TypeJournalinfo"): "0..1"},
    types={("Foresporsel", "Sporsmal"): "string"},
    required_choices=("RollerRelatertNotat",),
)
STRUCTURE_1_0 = revised(STRUCTURE, ADDED_IN_1_1)
REQUEST_1_0 = revised(REQUEST, ADDED_IN_1_1)
