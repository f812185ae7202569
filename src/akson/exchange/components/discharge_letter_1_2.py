"""The discharge letter 1.2 (Epikrise, 2012-02-15), whole, as a declaration. Source: Epikrise-v1.2.xsd."""

from akson.exchange.schema import Element, alternatives, declare
from akson.exchange.schema.declare import SELF

NAMESPACE = "http://www.kith.no/xmlstds/epikrise/2012-02-15"

REASON_AS_TEXT = declare(
    "ReasonAsText",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1"),
    Element("TextResultValue", "anyType", "Tekst", "0..1"),
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
SERV_REQ = declare(
    "ServReq",
    NAMESPACE,
    Element("ServType", "CS", "Status", codes=7309),
    Element("IssueDate", "TS", "Utstedt"),
    Element("ReceiptDate", "TS", "Mottatt", "0..1"),
    Element("ReqComment", "string", "Rekvirentens kommentar", "0..1"),
    Element("MsgDescr", "CS", "Meldingens innhold"),
    Element("Id", "string", "Id"),
    Element("ReasonAsText", REASON_AS_TEXT, "Begrunnelse", "0..*"),
    Element("Diagnosis", DIAGNOSIS, "Diagnose", "1..*"),
)
TRANSPORT_ARR = declare(
    "TransportArr",
    NAMESPACE,
    Element("Responsibility", "CS", "Ansvar", "0..1"),
    Element("Status", "CS", "Status", "0..1"),
    Element("TransportRequirement", "CV", "Transportbehov", "0..1"),
    Element("EscortRequired", "CS", "Trenger følge", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
)
PLANNED_EVENT = declare(
    "PlannedEvent",
    NAMESPACE,
    Element("PlanningStage", "CS", "Planstadium", "0..1"),
    Element("StatusOfPlan", "CS", "Status for plan", "0..1"),
    Element("PlanComment", "string", "Kommentar til plan", "0..1"),
    Element("PlanningDate", "TS", "Planlagt", "0..1"),
    Element("ScheduledDate", "TS", "Fastsatt dato", "0..1"),
    Element("AdviceSentTo", "CS", "Råd sendt til", "0..1"),
    Element("ExpectedDelay", "PQ", "Forventet ventetid", "0..1"),
    Element("CommentExpDuration", "string", "Kommentar til varighet", "0..1"),
    Element("Preparation", "string", "Preparering", "0..1"),
    Element("Advice", "string", "Råd", "0..1"),
    Element("TransportArr", TRANSPORT_ARR, "Transport", "0..1"),
)
REPORTED_EVENT = declare(
    "ReportedEvent",
    NAMESPACE,
    Element("StartDateTime", "TS", "Start"),
    Element("EndDateTime", "TS", "Slutt", "0..1"),
)
SERVICE = declare(
    "Service",
    NAMESPACE,
    Element("ServId", "CV", "Tjeneste", "0..1"),
    Element("MedSpecialty", "CV", "Spesialitet", "0..1"),
    Element("AdmCat", "CS", "Omsorgsnivå", "0..1", codes=8240),
)
ADDITIONAL_ID = declare(
    "AdditionalId", NAMESPACE, Element("Id", "string", "Id"), Element("Type", "CS", "Type")
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
HCPERSON = declare(
    "HCPerson",
    NAMESPACE,
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
    Element("TypeId", "CS", "Type id", "0..1", codes=9051),
    Element("Dept", DEPT, "Avdeling", "0..*"),
    Element("HCPerson", HCPERSON, "Helsepersonell", "0..*"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
)
HCPROF = declare(
    "HCProf",
    NAMESPACE,
    Element("Type", "CS", "Type", "0..1"),
    Element("Position", "CV", "Stilling", "0..1"),
    Element("Name", "string", "Navn", "0..1"),
    Element("Qual", "CV", "Kvalitet", "0..*"),
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
    Element("MedSpecialty", "CV", "Spesialitet", "0..1"),
    Element("Address", ADDRESS, "Adresse", "0..1"),
)
REL_SERV_PROVIDER = declare(
    "RelServProvider",
    NAMESPACE,
    Element("Relation", "CS", "Relasjon"),
    Element("Role", "CS", "Rolle", "0..1"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
)
ASS_REQUEST = declare(
    "AssRequest",
    NAMESPACE,
    Element("IssueDate", "TS", "Utstedt", "0..1"),
    Element("MsgType", "CS", "Type dokument"),
    Element("Id", "string", "Id", "0..1"),
)
SUB_LOCATION = declare(
    "SubLocation", NAMESPACE, Element("Type", "CS", "Type"), Element("Place", "string", "Sted")
)
LOCATION = declare(
    "Location",
    NAMESPACE,
    Element("Type", "CS", "Type", "0..1"),
    Element("Description", "string", "Beskrivelse", "0..1"),
    Element("Inst", INST, "Virksomhet", "0..1"),
    Element("Address", ADDRESS, "Adresse", "0..1"),
    Element("SubLocation", SUB_LOCATION, "Nærmere sted", "0..*"),
)
EVENT_LOCATION = declare(
    "EventLocation",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("StartDateTime", "TS", "Start", "0..1"),
    Element("EndDateTime", "TS", "Slutt", "0..1"),
    Element("Location", LOCATION, "Sted"),
)
RESULT = declare(
    "Result",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1"),
    Element("TextResultValue", "anyType", "Tekst", "0..1"),
    Element("TextCode", "CV", "Tekstkode", "0..*"),
)
TEXT_RESULT = declare("TextResult", NAMESPACE, Element("Result", RESULT, "Resultat", "0..1"))
INTERVAL = declare(
    "Interval", NAMESPACE, Element("Low", "PQ", "Nedre", "0..1"), Element("High", "PQ", "Øvre", "0..1")
)
NUM_RESULT = declare(
    "NumResult",
    NAMESPACE,
    Element("ArithmeticComp", "CS", "Sammenlignet med verdi", "0..1", codes=8239),
    Element("NumResultValue", "PQ", "Verdi"),
)
DATE_RESULT = declare("DateResult", NAMESPACE, Element("DateResultValue", "TS", "Dato"))
CLIN_INV = declare(
    "ClinInv", NAMESPACE, Element("Id", "CV", "Id"), Element("Spec", "CV", "Spesifisering", "0..*")
)
DIAG_COMMENT = declare(
    "DiagComment",
    NAMESPACE,
    Element("Concept", "CV", "Begrep"),
    Element("Modifier", MODIFIER, "Tilleggskode", "0..*"),
)
RESULT_ITEM = declare(
    "ResultItem",
    NAMESPACE,
    alternatives(
        Element("TextResult", TEXT_RESULT, "Resultat"),
        Element("Interval", INTERVAL, "Intervall"),
        Element("NumResult", NUM_RESULT, "Resultat"),
        Element("DateResult", DATE_RESULT, "Resultat"),
    ),
    Element("ServType", "CS", "Status", "0..1"),
    Element("InvDate", "TS", "Undersøkt", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("DevResultInd", "CS", "Avvik", "0..1", codes=8244),
    Element("ClinInv", CLIN_INV, "Undersøkelse"),
    Element("DiagComment", DIAG_COMMENT, "Diagnosekommentar", "0..1"),
)
MEDICATION = declare(
    "Medication",
    NAMESPACE,
    Element("DrugId", "CV", "Legemiddel"),
    Element("DosageCoded", "CV", "Dosering, kode", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("Status", "CS", "Status"),
    Element("Form", "CV", "Form", "0..1"),
    Element("RouteOfAdm", "CV", "Administrasjonsvei", "0..1"),
    Element("IntendedDuration", "PQ", "Planlagt varighet", "0..1"),
    Element("QuantitySupplied", "PQ", "Utlevert mengde", "0..1"),
    Element("UnitDose", "PQ", "Enhetsdose", "0..1"),
    Element("DosageText", "string", "Dosering", "0..1"),
)
CODED_DESCR = declare(
    "CodedDescr",
    NAMESPACE,
    Element("Concept", "CV", "Begrep"),
    Element("Modifier", MODIFIER, "Tilleggskode", "0..*"),
)
OBSERVATION = declare(
    "Observation",
    NAMESPACE,
    Element("Description", "anyType", "Beskrivelse", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("CodedDescr", CODED_DESCR, "Kodet beskrivelse", "0..1"),
)
ORIGIN = declare(
    "Origin", NAMESPACE, Element("Role", "CS", "Rolle", "0..1"), Element("HCP", HCP, "Helsetjenesteenhet")
)
REL_HCPROVIDER = declare(
    "RelHCProvider",
    NAMESPACE,
    Element("Relation", "CS", "Relasjon"),
    Element("Role", "CS", "Rolle", "0..1"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
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
    Element("Origin", ORIGIN, "Opprinnelse", "0..1"),
    Element("RelHCProvider", REL_HCPROVIDER, "Relatert helsetjeneste", "0..*"),
)
COMMENT = declare(
    "Comment",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1", codes=8311),
    Element("TextResultValue", "anyType", "Tekst", "0..1"),
    Element("TextCode", "CV", "Tekstkode", "0..*"),
)
CODED_COMMENT = declare(
    "CodedComment",
    NAMESPACE,
    Element("Concept", "CV", "Begrep"),
    Element("Modifier", MODIFIER, "Tilleggskode", "0..*"),
)
EVENT = declare(
    "Event",
    NAMESPACE,
    alternatives(
        Element("PlannedEvent", PLANNED_EVENT, "Planlagt hendelse"),
        Element("ReportedEvent", REPORTED_EVENT, "Rapportert hendelse"),
    ),
    Element("ServType", "CS", "Status", codes=7309),
    Element("Recipient", "CS", "Mottaker", "0..1"),
    Element("Priority", "CS", "Hastegrad", "0..1"),
    Element("AdmOutcome", "CS", "Ut til", "0..1"),
    Element("ExpDuration", "PQ", "Forventet varighet", "0..1"),
    Element("Event", SELF, "Hendelse", "0..*"),
    Element("Service", SERVICE, "Tjeneste"),
    Element("RelServProvider", REL_SERV_PROVIDER, "Relatert tjenesteyter", "0..*"),
    Element("AssRequest", ASS_REQUEST, "Tilknyttet henvisning", "0..*"),
    Element("EventLocation", EVENT_LOCATION, "Sted", "0..*"),
    Element("InfItem", INF_ITEM, "Klinisk opplysning", "0..*"),
    Element("Comment", COMMENT, "Kommentar", "0..*"),
    Element("CodedComment", CODED_COMMENT, "Kodet kommentar", "0..*"),
)
PATIENT_PRECAUTION = declare(
    "PatientPrecaution",
    NAMESPACE,
    Element("Precaution", "string", "Forholdsregel"),
    Element("StartDateTime", "TS", "Start", "0..1"),
    Element("EndDateTime", "TS", "Slutt", "0..1"),
)
PATIENT_REL_PARTY = declare(
    "PatientRelParty",
    NAMESPACE,
    Element("Relation", "CS", "Relasjon"),
    Element("Name", "string", "Navn", "0..1"),
    Element("RelPartyOffId", "string", "Id", "0..1"),
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
PATIENT = declare(
    "Patient",
    NAMESPACE,
    Element("Sex", "CS", "Kjønn", "0..1", codes=3101),
    Element("DateOfBirth", "TS", "Fødselsdato", "0..1"),
    Element("DateOfDeath", "TS", "Dødsdato", "0..1"),
    Element("Name", "string", "Navn", "0..1"),
    Element("IdByServProvider", "string", "Id hos tjenesteyter", "0..1"),
    Element("IdByRequester", "string", "Id hos rekvirent", "0..1"),
    Element("OffId", "string", "Id", "0..1"),
    Element("TypeOffId", "CS", "Type id", "0..1", codes=8116),
    Element("PatientPrecaution", PATIENT_PRECAUTION, "Forholdsregel", "0..*"),
    Element("PatientRelParty", PATIENT_REL_PARTY, "Pårørende", "0..*"),
    Element("PatRelHCP", PAT_REL_HCP, "Pasientens helsetjeneste", "0..*"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
    Element("Address", ADDRESS, "Adresse", "0..1"),
)
SERV_PROVIDER = declare(
    "ServProvider",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("ComMethod", "CS", "Kommunikasjonsform", "0..1", codes=8235),
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
REQUESTER = declare(
    "Requester",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("ComMethod", "CS", "Kommunikasjonsform", "0..1", codes=8235),
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
SERV_RPRT = declare(
    "ServRprt",
    NAMESPACE,
    Element("ServType", "CS", "Status", codes=7309),
    Element("IssueDate", "TS", "Utstedt"),
    Element("ApprDate", "TS", "Godkjent", "0..1"),
    Element("Status", "CS", "Status", codes=7306),
    Element("Priority", "CS", "Hastegrad", "0..1"),
    Element("Ack", "CS", "Kvittering", "0..1"),
    Element("MsgDescr", "string", "Meldingens innhold"),
    Element("ServProvId", "string", "Tjenesteyters id", "0..1"),
    Element("ServReq", SERV_REQ, "Henvisning eller rekvisisjon", "0..*"),
    Element("Event", EVENT, "Hendelse", "0..*"),
    Element("Patient", PATIENT, "Pasient"),
    Element("ServProvider", SERV_PROVIDER, "Tjenesteyter"),
    Element("CopyDest", COPY_DEST, "Kopimottaker", "0..*"),
    Element("Requester", REQUESTER, "Rekvirent"),
    Element("RelServProvider", REL_SERV_PROVIDER, "Relatert tjenesteyter", "0..*"),
    Element("RefDoc", REF_DOC, "Dokument", "0..*"),
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
    Element("ServRprt", SERV_RPRT, "Tilbakemelding"),
)
