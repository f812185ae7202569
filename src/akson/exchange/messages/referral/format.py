"""The content of a referral 2.0, declared. Source: Henvisning 2.0 (2017-11-30)."""

from akson.exchange.components import fk1, po
from akson.exchange.message_type import Version
from akson.exchange.schema import Element, alternatives, declare

NAMESPACE = "http://ehelse.no/xmlstds/henvisning/2017-11-30"

PRECAUTION = declare(
    "PatientPrecaution",
    NAMESPACE,
    Element("Precaution", "string", "Forholdsregel"),
    Element("StartDateTime", "dateTime", "Fra", "0..1"),
    Element("EndDateTime", "dateTime", "Til", "0..1"),
)
NUMBER = declare(
    "NumResult",
    NAMESPACE,
    Element("ArithmeticComp", "CS", "Sammenlignet med verdi", "0..1", codes=8239),
    Element("NumResultValue", "PQ", "Verdi"),
)
TEXT_OF_RESULT = declare(
    "Result",
    NAMESPACE,
    Element("Heading", "CS", "Overskrift", "0..1", codes=8234),
    Element("TextResultValue", "string", "Tekst", "0..1"),
    Element("TextCode", "CV", "Kode", "0..1"),
)
TEXT = declare("TextResult", NAMESPACE, Element("Result", TEXT_OF_RESULT, "Resultat", "0..1"))
INTERVAL = declare(
    "Interval", NAMESPACE, Element("Low", "PQ", "Nedre", "0..1"), Element("High", "PQ", "Øvre", "0..1")
)
DATE = declare("DateResult", NAMESPACE, Element("DateResultValue", "date", "Dato"))
INVESTIGATION = declare(
    "ClinInv",
    NAMESPACE,
    Element("Id", "CV", "Undersøkelse"),
    Element("Spec", "CV", "Spesifisering", "0..*"),
)
RESULT = declare(
    "ResultItem",
    NAMESPACE,
    alternatives(
        Element("TextResult", TEXT, "Resultat"),
        Element("Interval", INTERVAL, "Intervall"),
        Element("DateResult", DATE, "Resultat"),
        Element("NumResult", NUMBER, "Resultat"),
    ),
    Element("ServType", "CS", "Tjenestetype", "0..1"),
    Element("InvDate", "dateTime", "Undersøkt", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("DevResultInd", "CS", "Avvik", "0..1"),
    Element("ClinInv", INVESTIGATION, "Undersøkelse"),
)
MEDICATION = declare(
    "Medication",
    NAMESPACE,
    Element("DrugId", "CV", "Legemiddel"),
    Element("Comment", "string", "Kommentar", "0..1"),
    Element("Status", "CS", "Status"),
    Element("IntendedDuration", "PQ", "Varighet", "0..1"),
    Element("QuantitySupplied", "PQ", "Mengde", "0..1"),
    Element("UnitDose", "PQ", "Enkeltdose", "0..1"),
    Element("DosageText", "string", "Dosering", "0..1"),
)
OBSERVATION = declare(
    "Observation",
    NAMESPACE,
    Element("Description", "string", "Beskrivelse", "0..1"),
    Element("Comment", "string", "Kommentar", "0..1"),
)
INFORMATION = declare(
    "InfItem",
    NAMESPACE,
    alternatives(
        Element("ResultItem", RESULT, "Resultat"),
        Element("Medication", MEDICATION, "Legemiddel"),
        Element("Observation", OBSERVATION, "Observasjon"),
    ),
    Element("Type", "CV", "Type"),
    Element("StartDateTime", "dateTime", "Fra", "0..1"),
    Element("EndDateTime", "dateTime", "Til", "0..1"),
    Element("OrgDate", "dateTime", "Opprinnelig dato", "0..1"),
)
REASON = declare(
    "ReasonAsText",
    NAMESPACE,
    Element("Heading", "CV", "Overskrift", "0..1"),
    Element("TextResultValue", "string", "Tekst", "0..1"),
    Element("TextCode", "CV", "Kode", "0..*"),
)
MODIFIER = declare(
    "Modifier", NAMESPACE, Element("Name", "CS", "Navn"), Element("Value", "CV", "Verdi", "1..*")
)
DIAGNOSIS = declare(
    "Diagnosis",
    NAMESPACE,
    Element("Concept", "CV", "Diagnose"),
    Element("Modifier", MODIFIER, "Presisering", "0..*"),
)
REQUESTED = declare(
    "ReqServ",
    NAMESPACE,
    Element("ServType", "CS", "Tjenestetype", codes=8455),
    Element("ReqDate", "date", "Ønsket dato", "0..1"),
    Element("Priority", "CS", "Hastegrad", codes=8306),
    Element("Comment", "string", "Kommentar", "0..1"),
)
COMMENT = declare(
    "Comment",
    NAMESPACE,
    Element("Heading", "CV", "Overskrift", "0..1"),
    Element("TextResultValue", "string", "Tekst", "0..1"),
    Element("CodedComment", "CV", "Kode", "0..*"),
)
DATES = declare(
    "DatoMottakOgVurdering",
    NAMESPACE,
    Element("TypeDato", "CV", "Type dato"),
    Element("Dato", "date", "Dato"),
)
ASSESSED = declare(
    "Opplysninger",
    NAMESPACE,
    Element("FrittSykehusvalg", "boolean", "Fritt sykehusvalg", "0..1"),
    Element("VentetidSluttkode", "CV", "Ventetid slutt", "0..1"),
    Element("ForlopsId", "string", "Forløps-id"),
    Element("RettTilHelsehjelp", "boolean", "Rett til helsehjelp"),
    Element("UtfallAvVurdering", "CV", "Utfall av vurdering"),
)
ASSESSMENT = declare(
    "VurderingAvHenvisning",
    NAMESPACE,
    Element("DatoMottakOgVurdering", DATES, "Dato", "1..*"),
    Element("Opplysninger", ASSESSED, "Vurdering", "0..1"),
)
PATHWAY = declare(
    "Pakkeforlop",
    NAMESPACE,
    Element("Pakkeforlopskode", "CV", "Pakkeforløp"),
    Element("Merknad", "string", "Merknad", "0..1"),
)
CONSENT = declare(
    "Consent",
    NAMESPACE,
    Element("ConsentStatus", "CV", "Samtykke"),
    Element("ConsentDate", "date", "Dato", "0..1"),
    Element("Merknad", "string", "Merknad", "0..1"),
    Element("GivenBy", "string", "Gitt av", "0..1"),
)
STRUCTURE = declare(
    "Henvisning",
    NAMESPACE,
    Element("ServType", "CS", "Status", codes=7309),
    Element("IssueDate", "dateTime", "Utstedt"),
    Element("PaymentCat", "CS", "Betalingskategori", "0..1"),
    Element("ReqComment", "string", "Kommentar", "0..1"),
    Element("DocumentId", "string", "Dokument-id"),
    Element("BasisForHealthServices", "CS", "Grunnlag for helsetjenester", "0..1", codes=8248),
    *po.REFERRAL_START,
    Element("PatientPrecaution", PRECAUTION, "Forholdsregel", "0..*"),
    Element("InfItem", INFORMATION, "Opplysning", "0..*"),
    Element("ReasonAsText", REASON, "Begrunnelse", "0..*"),
    Element("Diagnosis", DIAGNOSIS, "Diagnose", "0..*"),
    Element("ReqServ", REQUESTED, "Ønsket tjeneste"),
    Element("Comment", COMMENT, "Kommentar", "0..*"),
    Element("VurderingAvHenvisning", ASSESSMENT, "Vurdering av henvisning", "0..1"),
    Element("Pakkeforlop", PATHWAY, "Pakkeforløp", "0..*"),
    Element("Consent", CONSENT, "Samtykke", "0..*"),
)
VERSIONS = (
    Version("2.0", STRUCTURE, {None: NAMESPACE, "po": po.NAMESPACE_2_0, "fk1": fk1.NAMESPACE}, apprec="1.1"),
)
