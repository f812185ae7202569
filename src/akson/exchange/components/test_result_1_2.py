"""Test results 1.2 (Svarrapport, 2005-03-14), whole, as a declaration. Source: svar-v12.xsd."""

from akson.exchange.schema import Element, alternatives, declare
from akson.exchange.schema.declare import SELF

NAMESPACE = "http://www.kith.no/xmlstds/labsvar/2005-03-14"

REF_DOC = declare(
    "RefDoc",
    NAMESPACE,
    Element("IssueDate", "TS", "Utstedt", "0..1"),
    Element("MsgType", "CS", "Type dokument"),
    Element("Id", "string", "Id", "0..1"),
)
REASON_AS_TEXT = declare(
    "ReasonAsText",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1"),
    Element("TextResultValue", "anyType", "Tekst", "0..1"),
    Element("TextCode", "CV", "Tekstkode", "0..1"),
)
COMMENT = declare(
    "Comment",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1"),
    Element("TextResultValue", "string", "Tekst", "0..1"),
)
SERV_REQ = declare(
    "ServReq",
    NAMESPACE,
    Element("ServType", "CS", "Status", "0..1"),
    Element("IssueDate", "TS", "Utstedt", "0..1"),
    Element("PaymentCat", "CS", "Betalingskategori", "0..1"),
    Element("ReqComment", "string", "Rekvirentens kommentar", "0..1"),
    Element("Ack", "CS", "Kvittering", "0..1"),
    Element("MsgDescr", "CS", "Meldingens innhold", "0..1"),
    Element("Id", "string", "Id"),
    Element("RequestedPrioReport", "CS", "Ønsket prioritet for svar", "0..1"),
    Element("ReceiptDate", "TS", "Mottatt", "0..1"),
    Element("IdByServProvider", "string", "Id hos tjenesteyter", "0..1"),
    Element("Reservation", "CV", "Reservasjon", "0..*"),
    Element("Permission", "CV", "Tillatelse", "0..*"),
    Element("ReasonAsText", REASON_AS_TEXT, "Begrunnelse", "0..*"),
    Element("Comment", COMMENT, "Kommentar", "0..*"),
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
    Element("TypeId", "CS", "Type id", "0..1"),
    Element("Dept", DEPT, "Avdeling", "0..*"),
    Element("HCPerson", HCPERSON, "Helsepersonell", "0..*"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
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
RESPONSIBLE_HCP = declare(
    "ResponsibleHcp",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("Relation", "CS", "Relasjon", "0..1"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
)
SUB_LOCATION = declare(
    "SubLocation", NAMESPACE, Element("Type", "CS", "Type"), Element("Place", "string", "Sted")
)
LOCATION = declare(
    "Location",
    NAMESPACE,
    Element("Type", "CS", "Type", "0..1"),
    Element("Description", "string", "Beskrivelse", "0..1"),
    Element("SubLocation", SUB_LOCATION, "Nærmere sted", "0..*"),
    Element("Address", ADDRESS, "Adresse", "0..1"),
    Element("Inst", INST, "Virksomhet"),
)
ADM_LOCATION = declare(
    "AdmLocation",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("StartDateTime", "TS", "Start", "0..1"),
    Element("EndDateTime", "TS", "Slutt", "0..1"),
    Element("AdmCat", "CS", "Omsorgsnivå", "0..1"),
    Element("Location", LOCATION, "Sted"),
)
OBSERVATION = declare(
    "Observation",
    NAMESPACE,
    Element("Description", "anyType", "Beskrivelse", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("CodedDescr", "CV", "Kodet beskrivelse", "0..1"),
)
INF_ITEM = declare(
    "InfItem",
    NAMESPACE,
    Element("Observation", OBSERVATION, "Observasjon"),
    Element("Type", "CS", "Type"),
    Element("StartDateTime", "TS", "Start", "0..1"),
    Element("EndDateTime", "TS", "Slutt", "0..1"),
    Element("OrgDate", "TS", "Opprinnelig dato", "0..1"),
)
COLLECTED_SAMPLE = declare(
    "CollectedSample",
    NAMESPACE,
    Element("CollectedDate", "TS", "Tatt", "0..1"),
    Element("CollectorComment", "string", "Prøvetakers kommentar", "0..1"),
    Element("CollectorCommentCoded", "CV", "Prøvetakers kodede kommentar", "0..*"),
    Element("Logistics", "string", "Logistikk", "0..1"),
)
COLLECTED_STUDY_PRODUCT = declare(
    "CollectedStudyProduct",
    NAMESPACE,
    Element("Type", "string", "Type", "0..1"),
    Element("ProducedDate", "TS", "Produsert", "0..1"),
    Element("RefRelatedProd", "string", "Gjelder produkt", "0..1"),
)
PRETREATMENT = declare(
    "Pretreatment",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1"),
    Element("TextResultValue", "string", "Tekst", "0..1"),
)
REL_SERV_PROV = declare(
    "RelServProv",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("Relation", "CS", "Relasjon"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
)
ANALYSED_SUBJECT = declare(
    "AnalysedSubject",
    NAMESPACE,
    alternatives(
        Element("CollectedSample", COLLECTED_SAMPLE, "Prøvetaking"),
        Element("CollectedStudyProduct", COLLECTED_STUDY_PRODUCT, "Innsamlet materiale"),
        required=False,
    ),
    Element("Type", "string", "Type", "0..1"),
    Element("TypeCoded", "CV", "Materiale", "0..1"),
    Element("IdByRequester", "string", "Id hos rekvirent", "0..1"),
    Element("PreservMaterial", "string", "Konservering", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("AnatomicalOrigin", "string", "Anatomisk lokalisasjon", "0..1"),
    Element("Number", "integer", "Nummer", "0..1"),
    Element("SampleCollInd", "CS", "Prøvetaking", "0..1"),
    Element("SampleCollProc", "CV", "Prøvetakingsmetode", "0..1"),
    Element("SampleHandling", "string", "Prøvebehandling", "0..*"),
    Element("IdByServProvider", "string", "Id hos tjenesteyter"),
    Element("Accredited", "BL", "Akkreditert", "0..1"),
    Element("AnalysedSubject", SELF, "Undersøkt materiale", "0..1"),
    Element("Pretreatment", PRETREATMENT, "Forbehandling", "0..1"),
    Element("RelServProv", REL_SERV_PROV, "Relatert tjenesteyter", "0..1"),
)
TEXT_RESULT = declare(
    "TextResult",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1"),
    Element("TextResultValue", "anyType", "Tekst", "0..1"),
    Element("TextCode", "CV", "Tekstkode", "0..*"),
    Element("Unit", "string", "Enhet", "0..1"),
)
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
REF_INTERVAL = declare("RefInterval", NAMESPACE, Element("Descr", "string", "Beskrivelse", "0..1"))
INVESTIGATION = declare(
    "Investigation",
    NAMESPACE,
    Element("Id", "CV", "Id", "1..*"),
    Element("Spec", "CV", "Spesifisering", "0..*"),
    Element("Comment", "string", "Kommentar", "0..1"),
)
MODIFIER = declare(
    "Modifier", NAMESPACE, Element("Name", "CS", "Navn"), Element("Value", "CV", "Verdi", "1..*")
)
DIAG_COMMENT = declare(
    "DiagComment",
    NAMESPACE,
    Element("Concept", "CV", "Begrep"),
    Element("Modifier", MODIFIER, "Tilleggskode", "0..*"),
)
TEXT_INFO = declare("TextInfo", NAMESPACE, Element("Text", "string", "Tekst"))
INTEGER_INFO = declare("IntegerInfo", NAMESPACE, Element("Integer", "integer", "Heltall"))
PHYSICAL_INFO = declare("PhysicalInfo", NAMESPACE, Element("Quantity", "PQ", "Mengde"))
CODED_INFO = declare("CodedInfo", NAMESPACE, Element("Code", "CS", "Kode"))
BOOLEAN_INFO = declare("BooleanInfo", NAMESPACE, Element("Flag", "BL", "Flagg"))
STRUCTURED_INFO = declare(
    "StructuredInfo",
    NAMESPACE,
    Element("Type", "CS", "Type"),
    Element("TextInfo", TEXT_INFO, "Tekst", "0..*"),
    Element("IntegerInfo", INTEGER_INFO, "Heltall", "0..*"),
    Element("PhysicalInfo", PHYSICAL_INFO, "Størrelse", "0..*"),
    Element("CodedInfo", CODED_INFO, "Kodet opplysning", "0..*"),
    Element("BooleanInfo", BOOLEAN_INFO, "Ja eller nei", "0..*"),
)
RESULT_ITEM = declare(
    "ResultItem",
    NAMESPACE,
    alternatives(
        Element("TextResult", TEXT_RESULT, "Resultat"),
        Element("Interval", INTERVAL, "Intervall"),
        Element("DateResult", DATE_RESULT, "Resultat"),
        Element("NumResult", NUM_RESULT, "Resultat"),
        required=False,
    ),
    Element("ServType", "CS", "Status", "0..1"),
    Element("RefInterval", REF_INTERVAL, "Referanseområde", "0..*"),
    Element("Investigation", INVESTIGATION, "Undersøkelse", "0..*"),
    Element("InvDate", "TS", "Undersøkt", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("DevResultInd", "CS", "Avvik", "0..1", codes=8244),
    Element("IdResultItem", "string", "Resultat-id", "0..1"),
    Element("RefIdResultItem", "string", "Gjelder resultat", "0..1"),
    Element("StatusInvestigation", "CS", "Status", "0..1", codes=8245),
    Element("StatusChangeDate", "TS", "Status endret", "0..1"),
    Element("DescrDate", "TS", "Beskrevet", "0..1"),
    Element("CounterSignDate", "TS", "Kontrasignert", "0..1"),
    Element("MedicalValidationDate", "TS", "Medisinsk validert", "0..1"),
    Element("RefAnalysedSubject", "string", "Gjelder materiale", "0..*"),
    Element("Accredited", "BL", "Akkreditert", "0..1"),
    Element("RelServProv", REL_SERV_PROV, "Relatert tjenesteyter", "0..*"),
    Element("DiagComment", DIAG_COMMENT, "Diagnosekommentar", "0..1"),
    Element("StructuredInfo", STRUCTURED_INFO, "Strukturert opplysning", "0..*"),
    Element("ResultItem", SELF, "Resultat", "0..*"),
)
PATIENT = declare(
    "Patient",
    NAMESPACE,
    Element("BasisForHealthServices", "CS", "Grunnlag for helsehjelp", "0..1"),
    Element("Sex", "CS", "Kjønn", "0..1", codes=3101),
    Element("DateOfBirth", "TS", "Fødselsdato", "0..1"),
    Element("DateOfDeath", "TS", "Dødsdato", "0..1"),
    Element("Name", "string", "Navn", "0..1"),
    Element("IdByServProvider", "string", "Id hos tjenesteyter", "0..1"),
    Element("IdByRequester", "string", "Id hos rekvirent", "0..1"),
    Element("OffId", "string", "Id"),
    Element("TypeOffId", "CS", "Type id", codes=8116),
    Element("Relation", "CS", "Relasjon", "0..1"),
    Element("ResponsibleHcp", RESPONSIBLE_HCP, "Ansvarlig", "0..1"),
    Element("AdmLocation", ADM_LOCATION, "Sted", "0..1"),
    Element("AdditionalId", ADDITIONAL_ID, "Annen id", "0..*"),
    Element("Address", ADDRESS, "Adresse", "0..1"),
    Element("InfItem", INF_ITEM, "Klinisk opplysning", "0..*"),
    Element("AnalysedSubject", ANALYSED_SUBJECT, "Undersøkt materiale", "0..*"),
    Element("ResultItem", RESULT_ITEM, "Resultat", "0..*"),
    Element("Patient", SELF, "Pasient", "0..1"),
)
ANIMAL = declare(
    "Animal",
    NAMESPACE,
    Element("Sex", "CS", "Kjønn", "0..1", codes=3101),
    Element("Name", "string", "Navn", "0..1"),
    Element("NameOwner", "string", "Eier", "0..1"),
    Element("Species", "string", "Art", "0..1"),
    Element("IdByServProvider", "string", "Id hos tjenesteyter", "0..1"),
    Element("IdByRequester", "string", "Id hos rekvirent", "0..1"),
    Element("Relation", "CS", "Relasjon", "0..1"),
    Element("ResponsibleHcp", RESPONSIBLE_HCP, "Ansvarlig", "0..1"),
    Element("AnalysedSubject", ANALYSED_SUBJECT, "Undersøkt materiale", "0..*"),
    Element("ResultItem", RESULT_ITEM, "Resultat", "0..*"),
    Element("Animal", SELF, "Dyr", "0..1"),
)
MATERIAL = declare(
    "Material",
    NAMESPACE,
    Element("InvMaterial", "string", "Undersøkelsesmateriale", "0..1"),
    Element("IdByServProvider", "string", "Id hos tjenesteyter", "0..1"),
    Element("IdByRequester", "string", "Id hos rekvirent", "0..1"),
    Element("Relation", "CS", "Relasjon", "0..1"),
    Element("ResponsibleHcp", RESPONSIBLE_HCP, "Ansvarlig", "0..1"),
    Element("AnalysedSubject", ANALYSED_SUBJECT, "Undersøkt materiale", "0..*"),
    Element("ResultItem", RESULT_ITEM, "Resultat", "0..*"),
    Element("Material", SELF, "Materiale", "0..1"),
)
SERV_PROVIDER = declare(
    "ServProvider",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("HCP", HCP, "Helsetjenesteenhet"),
)
REQUESTER = declare(
    "Requester", NAMESPACE, Element("Role", "CS", "Rolle", "0..1"), Element("HCP", HCP, "Helsetjenesteenhet")
)
PAYMENT_RESPONSIBLE = declare(
    "PaymentResponsible",
    NAMESPACE,
    Element("Role", "CS", "Rolle", "0..1"),
    Element("TypeGuarantor", "string", "Type garantist"),
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
SERV_REPORT = declare(
    "ServReport",
    NAMESPACE,
    Element("ServType", "CS", "Status", codes=7309),
    Element("IssueDate", "TS", "Utstedt"),
    Element("ApprDate", "TS", "Godkjent", "0..1"),
    Element("Status", "CS", "Status", codes=7306),
    Element("CancellationCode", "CV", "Grunn til kansellering", "0..1"),
    Element("Ack", "CS", "Kvittering", "0..1"),
    Element("MsgDescr", "CS", "Meldingens innhold"),
    Element("ServProvId", "string", "Tjenesteyters id", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("CodedComment", "CV", "Kodet kommentar", "0..*"),
    Element("RefDoc", REF_DOC, "Dokument", "0..*"),
    Element("ServReq", SERV_REQ, "Henvisning eller rekvisisjon", "0..*"),
    alternatives(
        Element("Patient", PATIENT, "Pasient"),
        Element("Animal", ANIMAL, "Dyr"),
        Element("Material", MATERIAL, "Materiale"),
        required=False,
    ),
    Element("ServProvider", SERV_PROVIDER, "Tjenesteyter"),
    Element("Requester", REQUESTER, "Rekvirent"),
    Element("PaymentResponsible", PAYMENT_RESPONSIBLE, "Betaler", "0..1"),
    Element("CopyDest", COPY_DEST, "Kopimottaker", "0..*"),
    Element("RelServProv", REL_SERV_PROV, "Relatert tjenesteyter", "0..1"),
)
MESSAGE = declare(
    "Message",
    NAMESPACE,
    Element("Type", "CS", "Type", codes=8279),
    Element("MsgVersion", "string", "Meldingsversjon", "0..1"),
    Element("MIGversion", "string", "Versjon"),
    Element("GenDate", "TS", "Laget"),
    Element("MsgId", "string", "Meldings-id"),
    Element("Status", "CS", "Status", "0..1"),
    Element("ServReport", SERV_REPORT, "Svarrapport", "1..*"),
)
