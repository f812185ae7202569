"""The referral 1.1 (Henvisning, 2012-02-15), whole, as a declaration. Source: Henvisning-v1.1.xsd."""

from akson.exchange.components import fk1, po
from akson.exchange.schema import Element, alternatives, declare, held

NAMESPACE = "http://www.kith.no/xmlstds/henvisning/2012-02-15"

PATIENT_PRECAUTION = declare(
    "PatientPrecaution",
    NAMESPACE,
    Element("Precaution", "string", "Forholdsregel"),
    Element("StartDateTime", "TS", "Start", "0..1"),
    Element("EndDateTime", "TS", "Slutt", "0..1"),
)
RESULT = declare(
    "Result",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1"),
    Element("TextResultValue", "string", "Tekst", "0..1"),
    Element("TextCode", "CV", "Tekstkode", "0..1"),
)
TEXT_RESULT = declare("TextResult", NAMESPACE, Element("Result", RESULT, "Resultat", "0..1"))
INTERVAL = declare(
    "Interval", NAMESPACE, Element("Low", "PQ", "Nedre", "0..1"), Element("High", "PQ", "Øvre", "0..1")
)
DATE_RESULT = declare("DateResult", NAMESPACE, Element("DateResultValue", "TS", "Dato"))
NUM_RESULT = declare(
    "NumResult",
    NAMESPACE,
    Element("ArithmeticComp", "CS", "Sammenlignet med verdi", "0..1", codes=8239),
    Element("NumResultValue", "PQ", "Verdi"),
)
CLIN_INV = declare(
    "ClinInv", NAMESPACE, Element("Id", "CV", "Id"), Element("Spec", "CV", "Spesifisering", "0..*")
)
RESULT_ITEM = declare(
    "ResultItem",
    NAMESPACE,
    alternatives(
        Element("TextResult", TEXT_RESULT, "Resultat"),
        Element("Interval", INTERVAL, "Intervall"),
        Element("DateResult", DATE_RESULT, "Resultat"),
        Element("NumResult", NUM_RESULT, "Resultat"),
    ),
    Element("ServType", "CS", "Status", "0..1"),
    Element("InvDate", "TS", "Undersøkt", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("DevResultInd", "CS", "Avvik", "0..1", codes=8244),
    Element("ClinInv", CLIN_INV, "Undersøkelse"),
)
MEDICATION = declare(
    "Medication",
    NAMESPACE,
    Element("DrugId", "CV", "Legemiddel"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("Status", "CS", "Status", codes=7307),
    Element("IntendedDuration", "PQ", "Planlagt varighet", "0..1"),
    Element("QuantitySupplied", "PQ", "Utlevert mengde", "0..1"),
    Element("UnitDose", "PQ", "Enhetsdose", "0..1"),
    Element("DosageText", "string", "Dosering", "0..1"),
)
OBSERVATION = declare(
    "Observation",
    NAMESPACE,
    Element("Description", "string", "Beskrivelse", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
)
INF_ITEM = declare(
    "InfItem",
    NAMESPACE,
    alternatives(
        Element("ResultItem", RESULT_ITEM, "Resultat"),
        Element("Medication", MEDICATION, "Legemiddelbehandling"),
        Element("Observation", OBSERVATION, "Observasjon"),
    ),
    Element("Type", "CS", "Type", codes=8233),
    Element("StartDateTime", "TS", "Start", "0..1"),
    Element("EndDateTime", "TS", "Slutt", "0..1"),
    Element("OrgDate", "TS", "Opprinnelig dato", "0..1"),
)
ADDITIONAL_ID = declare(
    "AdditionalId", NAMESPACE, Element("Id", "string", "Id"), Element("Type", "CS", "Type")
)
HCPERSON = declare(
    "HCPerson",
    NAMESPACE,
    Element("Name", "string", "Navn", "0..1"),
    Element("Id", "string", "Id", "0..1"),
    Element("TypeId", "CS", "Type id", "0..1"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
)
DEPT = declare(
    "Dept",
    NAMESPACE,
    Element("Type", "CS", "Type", "0..1"),
    Element("Name", "string", "Navn", "0..1"),
    Element("Id", "string", "Id", "0..1"),
    Element("TypeId", "CS", "Type id", "0..1"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
)
INST = declare(
    "Inst",
    NAMESPACE,
    Element("Name", "string", "Navn", "0..1"),
    Element("Id", "string", "Id", "0..1"),
    Element("TypeId", "CS", "Type id", "0..1"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
    Element("HCPerson", HCPERSON, "Helsepersonell", "0..*"),
    Element("Dept", DEPT, "Avdeling", "0..*"),
)
HCPROF = declare(
    "HCProf",
    NAMESPACE,
    Element("Type", "CS", "Type", "0..1"),
    Element("Name", "string", "Navn", "0..1"),
    Element("Id", "string", "Id", "0..1"),
    Element("TypeId", "CS", "Type id", "0..1"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
)
ADDRESS = declare(
    "Address",
    NAMESPACE,
    Element("Type", "CS", "Type"),
    Element("StreetAdr", "string", "Gateadresse", "0..1"),
    Element("PostalCode", "string", "Postnummer", "0..1"),
    Element("City", "string", "Poststed", "0..1"),
    Element("County", "CS", "Kommune", "0..1"),
    Element("Country", "CS", "Land", "0..1"),
    Element("CityDistr", "CS", "Bydel", "0..1"),
    Element("TeleAddress", "URL", "Telefon", "0..*"),
)
HCP = declare(
    "HCP",
    NAMESPACE,
    alternatives(Element("Inst", INST, "Virksomhet"), Element("HCProf", HCPROF, "Helsepersonell")),
    Element("MedSpeciality", "CV", "Spesialitet", "0..1"),
    Element("Address", ADDRESS, "Adresse", "0..1"),
)
PAT_REL_HCP = declare(
    "PatRelHCP",
    NAMESPACE,
    Element("Relation", "CS", "Relasjon"),
    Element("StartDateTime", "TS", "Start", "0..1"),
    Element("EndDateTime", "TS", "Slutt", "0..1"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
)
CONTACT_PERSON = declare(
    "ContactPerson",
    NAMESPACE,
    Element("OccupationRole", "string", "Rolle i yrket", "0..1"),
    Element("WorkingPlace", "string", "Arbeidssted", "0..1"),
    Element("Referanseperson", fk1.PERSON, "Person"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
PAT_REL_INST = declare(
    "PatRelInst",
    NAMESPACE,
    Element("NameInst", "string", "Virksomhet", "0..1"),
    Element("RoleInst", "string", "Rolle", "0..1"),
    Element("ContactPerson", "string", "Kontaktperson", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
CONSENT = declare(
    "Consent",
    NAMESPACE,
    Element("ConsentStatus", "CV", "Samtykke", "0..1"),
    Element("ConsentDate", "date", "Samtykke gitt", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("GivenBy", "string", "Gitt av", "0..1"),
)
PATIENT = declare(
    "Patient",
    NAMESPACE,
    Element("BasisForHealthServices", "CS", "Grunnlag for helsehjelp", "0..1"),
    Element("Sex", "CS", "Kjønn", "0..1", codes=3101),
    Element("DateOfBirth", "TS", "Fødselsdato", "0..1"),
    Element("DateOfDeath", "TS", "Dødsdato", "0..1"),
    Element("Name", "string", "Navn", "0..1"),
    Element("IdByRequester", "string", "Id hos rekvirent", "0..1"),
    Element("OffId", "string", "Id", "0..1"),
    Element("TypeOffId", "CS", "Type id", "0..1", codes=8116),
    Element("PatientPrecaution", PATIENT_PRECAUTION, "Forholdsregel", "0..*"),
    Element("InfItem", INF_ITEM, "Klinisk opplysning", "0..*"),
    Element("PatRelHCP", PAT_REL_HCP, "Pasientens helsetjeneste", "0..*"),
    held(po.earlier(po.AIDED_COMMUNICATION, po.NAMESPACE_1_5), "Assistert kommunikasjon", "0..*"),
    held(po.earlier(po.NEXT_OF_KIN, po.NAMESPACE_1_5), "Pårørende", "0..*"),
    Element("ContactPerson", CONTACT_PERSON, "Kontaktperson", "0..*"),
    Element("PatRelInst", PAT_REL_INST, "Pasientens virksomhet", "0..*"),
    Element("Consent", CONSENT, "Samtykke", "0..1"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
    Element("Address", ADDRESS, "Adresse", "0..1"),
)
SERV_PROVIDER = declare(
    "ServProvider",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("ComMethod", "CS", "Kommunikasjonsform", "0..1"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
)
REQUESTER = declare(
    "Requester",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("ComMethod", "CS", "Kommunikasjonsform", "0..1"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
)
COPY_DEST_ROLE = declare(
    "CopyDestRole",
    NAMESPACE,
    Element("MsgType", "CS", "Type dokument"),
    Element("ReqComMethod", "CS", "Ønsket kommunikasjonsform", "0..1"),
    Element("ActComMethod", "CS", "Faktisk kommunikasjonsform", "0..1"),
)
COPY_DEST = declare(
    "CopyDest",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("CopyDestRole", COPY_DEST_ROLE, "Rolle", "0..*"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
)
REF_DOC = declare(
    "RefDoc",
    NAMESPACE,
    Element("IssueDate", "TS", "Utstedt", "0..1"),
    Element("MsgType", "CS", "Type dokument"),
    Element("Id", "string", "Id", "0..1"),
    Element("MimeType", "string", "Format", "0..1"),
    Element("Description", "string", "Beskrivelse", "0..1"),
    Element("Compression", "CS", "Komprimering", "0..1"),
    alternatives(
        Element("FileReference", "anyURI", "Fil"), Element("Content", "any", "Innhold"), required=False
    ),
)
REASON_AS_TEXT = declare(
    "ReasonAsText",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1", codes=8231),
    Element("TextResultValue", "string", "Tekst", "0..1"),
    Element("TextCode", "CV", "Tekstkode", "0..*"),
)
MODIFIER = declare(
    "Modifier", NAMESPACE, Element("Name", "CS", "Navn"), Element("Value", "CV", "Verdi", "1..*")
)
DIAGNOSIS = declare(
    "Diagnosis",
    NAMESPACE,
    Element("Concept", "CV", "Begrep"),
    Element("Modifier", MODIFIER, "Tilleggskode", "0..*"),
)
SERVICE = declare(
    "Service",
    NAMESPACE,
    Element("ServId", "CV", "Tjeneste", "0..1"),
    Element("MedSpeciality", "CV", "Spesialitet", "0..1"),
    Element("AdmCat", "CS", "Omsorgsnivå", "0..1"),
)
REQ_SERV = declare(
    "ReqServ",
    NAMESPACE,
    Element("ServType", "CS", "Status", codes=7309),
    Element("Purpose", "CS", "Formål", "0..1"),
    Element("ReqDate", "TS", "Ønsket dato", "0..1"),
    Element("Priority", "CS", "Hastegrad", codes=8304),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("Service", SERVICE, "Tjeneste", "0..1"),
)
COMMENT = declare(
    "Comment",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift"),
    Element("TextResultValue", "string", "Tekst"),
    Element("CodedComment", "CV", "Kodet kommentar", "1..*"),
)
SERV_REQ = declare(
    "ServReq",
    NAMESPACE,
    Element("ServType", "CS", "Status", codes=7309),
    Element("IssueDate", "TS", "Utstedt"),
    Element("PaymentCat", "CS", "Betalingskategori", "0..1"),
    Element("ReqComment", "string", "Rekvirentens kommentar", "0..1"),
    Element("Ack", "CS", "Kvittering", "0..1"),
    Element("MsgDescr", "CS", "Meldingens innhold", codes=8455),
    Element("Id", "string", "Id"),
    Element("Patient", PATIENT, "Pasient"),
    Element("ServProvider", SERV_PROVIDER, "Tjenesteyter"),
    Element("Requester", REQUESTER, "Rekvirent"),
    Element("CopyDest", COPY_DEST, "Kopimottaker", "0..*"),
    Element("RefDoc", REF_DOC, "Dokument", "0..*"),
    Element("ReasonAsText", REASON_AS_TEXT, "Begrunnelse", "0..*"),
    Element("Diagnosis", DIAGNOSIS, "Diagnose", "0..*"),
    Element("ReqServ", REQ_SERV, "Ønsket tjeneste"),
    Element("Comment", COMMENT, "Kommentar", "0..*"),
)
MESSAGE = declare(
    "Message",
    NAMESPACE,
    Element("Type", "CS", "Type", "0..1", codes=8279),
    Element("MsgVersion", "string", "Meldingsversjon", "0..1"),
    Element("MIGversion", "string", "Versjon"),
    Element("GenDate", "TS", "Laget"),
    Element("MsgId", "string", "Meldings-id"),
    Element("Status", "CS", "Status", "0..1", codes=8323),
    Element("ServReq", SERV_REQ, "Henvisning eller rekvisisjon"),
)
