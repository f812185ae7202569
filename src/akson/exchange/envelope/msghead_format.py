"""The header MsgHead 1.2 as a declaration. Source: HIS 80601:2006 with addendum 2018 (namespace msghead/2006-05-24).

PatientReport (reports to national registers) is not declared: a municipality's post does not receive any.
"""

from akson.exchange.components.persons import persons
from akson.exchange.schema import Element, alternatives, declare
from akson.exchange.schema.declare import SELF

NAMESPACE = "http://www.kith.no/xmlstds/msghead/2006-05-24"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
BASE64_NAMESPACE = "http://www.kith.no/xmlstds/base64container"
MIG_VERSION = "v1.2 2006-05-24"
ROOT = "MsgHead"

_PERSONS = persons(NAMESPACE)
PERSON = _PERSONS.person
PATIENT = declare("Patient", NAMESPACE, *PERSON.parts)
PROFESSIONAL = _PERSONS.professional
ORGANISATION = declare(
    "Organisation",
    NAMESPACE,
    Element("OrganisationName", "string", "Navn"),
    Element("TypeOrganisation", "CV", "Type virksomhet", "0..1", codes=9040),
    Element("Ident", _PERSONS.ident, "Id", "1..*"),
    *_PERSONS.reached,
    Element("Organisation", SELF, "Tjeneste", "0..1"),
    Element("HealthcareProfessional", PROFESSIONAL, "Person", "0..1"),
    may_be_empty=True,
)
_METHOD = Element("ComMethod", "CS", "Kommunikasjonsform", "0..1")
SENDER = declare("Sender", NAMESPACE, _METHOD, Element("Organisation", ORGANISATION, "Virksomhet"))
RECEIVER = declare("Receiver", NAMESPACE, _METHOD, Element("Organisation", ORGANISATION, "Virksomhet"))
OTHER_RECEIVER = declare(
    "OtherReceiver",
    NAMESPACE,
    _METHOD,
    Element("RoleReceiver", "CS", "Rolle", codes=8112),
    alternatives(
        Element("Organisation", ORGANISATION, "Virksomhet"),
        Element("Patient", PATIENT, "Pasient"),
        Element("Person", PERSON, "Person"),
        Element("HealthcareProfessional", PROFESSIONAL, "Helsepersonell"),
        required=False,
    ),
)
CONVERSATION = declare(
    "ConversationRef",
    NAMESPACE,
    Element("RefToParent", "string", "Forrige melding"),
    Element("RefToConversation", "string", "Første melding"),
)
MESSAGE_INFO = declare(
    "MsgInfo",
    NAMESPACE,
    Element("Type", "CS", "Meldingstype", codes=8279),
    Element("MIGversion", "string", "Versjon"),
    Element("GenDate", "dateTime", "Laget"),
    Element("MsgId", "string", "Meldings-id"),
    Element("ProcessingStatus", "CS", "Behandlingsstatus", "0..1", codes=8113),
    Element("RequestedPriority", "CS", "Prioritet", "0..1", codes=8115),
    Element("Ack", "CS", "Kvittering", "0..1", codes=7304),
    Element("ConversationRef", CONVERSATION, "Dialog", "0..1"),
    Element("Sender", SENDER, "Avsender"),
    Element("Receiver", RECEIVER, "Mottaker"),
    Element("OtherReceiver", OTHER_RECEIVER, "Annen mottaker", "0..*"),
    Element("Patient", PATIENT, "Pasient", "0..1"),
)
REFERENCE = declare(
    "RefDoc",
    NAMESPACE,
    Element("IssueDate", "TS", "Utstedt", "0..1"),
    Element("MsgType", "CS", "Type dokument", codes=8114),
    Element("Id", "string", "Dokument-id", "0..1"),
    Element("MimeType", "string", "Format", "0..1"),
    Element("Description", "string", "Beskrivelse", "0..1"),
    Element("Compression", "CS", "Komprimering", "0..1", codes=1204),
    alternatives(
        Element("FileReference", "anyURI", "Fil"),
        Element("Content", "any", "Innhold"),
        required=False,
    ),
)
DOCUMENT = declare(
    "Document",
    NAMESPACE,
    Element("DocumentConnection", "CS", "Kobling", "0..1", codes=4702),
    Element("ContentType", "CV", "Innholdstype", "0..1"),
    Element("ContentDescription", "string", "Innhold", "0..1"),
    Element("ContentCategory", "CV", "Kategori", "0..1"),
    Element("Consent", "CV", "Samtykke", "0..1", codes=9064),
    Element("FromDate", "TS", "Fra", "0..1"),
    Element("ToDate", "TS", "Til", "0..1"),
    Element("OidRef", "oid", "OID", "0..1"),
    Element("EnquiryRefId", "string", "Forespørsel", "0..1"),
    Element("RefDoc", REFERENCE, "Dokument"),
)
MSGHEAD = declare(
    ROOT,
    NAMESPACE,
    Element("MsgInfo", MESSAGE_INFO, "Konvolutt"),
    Element("Document", DOCUMENT, "Dokument", "1..*"),
    Element("Signature", "opaque", "Signatur", "0..1", namespace=SIGNATURE_NAMESPACE),
)
