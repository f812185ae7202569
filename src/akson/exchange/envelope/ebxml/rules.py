"""The rules of HITS 1172:2017 that matter, as one table: number, what is broken, and what the sender is answered.

    FAULT    not to be read as ebXML, or nobody to answer: SOAP Fault to the mail's own sender
    ERROR    refused: ErrorList with severity Error and the code
    WARNING  processed all the same: ErrorList with severity Warning, which counts as received
    NOTE     ours to know; the sender hears nothing of it

The standard lets a receiver be milder than the validator it describes. Where a message can safely be read, a rule warns
rather than refuses: a letter that is refused for its punctuation helps nobody. What seals it is never milder. Rule 33 asks
for sha1, which the directorate replaced by sha256 from 2021: it is read so here.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from lxml import etree

from akson.exchange.envelope.ebxml import reading
from akson.exchange.envelope.ebxml.mime import ENVELOPE_TYPE, SEALED_TYPE, Mail
from akson.exchange.envelope.ebxml.names import (
    ACKNOWLEDGMENT,
    EB,
    MESSAGE_ERROR,
    SIGNAL_SERVICE,
    SOAP,
    VERSION,
)
from akson.exchange.envelope.ebxml.values import Correspondent, Finding, Severity
from akson.fhir.problem import Problem

UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
RFC_2822 = re.compile(r"<?[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,200}@[A-Za-z0-9.\-\[\]]{1,200}>?", re.ASCII)
CPA = re.compile(r"[0-9]{1,12}_[0-9]{1,12}(?:_[0-9]{1,12})?", re.ASCII)
ENCODINGS = ("8bit", "binary", "quoted-printable", "base64")


class Outcome(Enum):
    FAULT = "SOAP Fault"
    ERROR = "ErrorList Error"
    WARNING = "ErrorList Warning"
    NOTE = "noted"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules may look at. `root` is the tree as far as it is believed at that stage."""

    mail: Mail
    content: bytes = b""
    """The envelope's bytes."""
    root: etree._Element | None = None
    sender: Correspondent | None = None
    ours: frozenset[str] = frozenset()
    """HER-ids that this node answers for."""

    @property
    def tree(self) -> etree._Element:
        assert self.root is not None
        return self.root

    @property
    def head(self) -> etree._Element | None:
        return reading.in_header(self.tree, "MessageHeader")


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    what: str
    outcome: Outcome
    code: str
    """ebXML's code (ebMS 2.0, 4.2.3.4); "" for a fault or a note."""
    broken: Callable[[Facts], bool]


def _header(name: str) -> Callable[[Facts], bool]:
    return lambda f: not f.mail.headers.get(name)


def _missing(name: str) -> Callable[[Facts], bool]:
    return lambda f: not reading.text(f.head, name)


def _data(f: Facts, name: str) -> str:
    return reading.text(None if f.head is None else f.head.find(f"{{{EB}}}MessageData"), name)


def _is_id(id: str) -> bool:
    return bool(UUID.fullmatch(id) or RFC_2822.fullmatch(id))


def _fault(number: int, what: str, broken: Callable[[Facts], bool]) -> Rule:
    return Rule(number, what, Outcome.FAULT, "", broken)


def _error(number: int, what: str, code: str, broken: Callable[[Facts], bool]) -> Rule:
    return Rule(number, what, Outcome.ERROR, code, broken)


def _warning(number: int, what: str, code: str, broken: Callable[[Facts], bool]) -> Rule:
    return Rule(number, what, Outcome.WARNING, code, broken)


def _note(number: int, what: str, broken: Callable[[Facts], bool]) -> Rule:
    return Rule(number, what, Outcome.NOTE, "", broken)


MAIL = (
    _note(18, "From mangler i MIME-headeren", _header("from")),
    _note(19, "To mangler i MIME-headeren", _header("to")),
    _note(250, "Message-ID mangler i MIME-headeren", _header("message-id")),
    _note(20, "Date mangler i MIME-headeren", _header("date")),
    _fault(21, "MIME-Version mangler", _header("mime-version")),
    _fault(82, "MIME-Version er ikke 1.0", lambda f: not f.mail.headers.get("mime-version", "1.0").startswith("1.0")),
    _fault(22, "SOAPAction mangler", _header("soapaction")),
    _fault(51, "SOAPAction er ikke ebXML",
           lambda f: f.mail.headers.get("soapaction", "ebxml").strip('"').lower() != "ebxml"),
    _fault(252, "Content-Type er text/plain eller mangler", lambda f: f.mail.type == "text/plain"),
    _fault(66, "MIME er hverken multipart/related eller text/xml",
           lambda f: f.mail.type not in ("multipart/related", ENVELOPE_TYPE)),
    _warning(253, "type i multipart/related er ikke text/xml", "MimeProblem",
             lambda f: f.mail.type == "multipart/related" and f.mail.parameters.get("type", "").lower() != ENVELOPE_TYPE),
    _fault(67, "Text/xml-del mangler", lambda f: f.mail.envelope is None),
    _warning(255, "Content-Type i SOAP-delen er ikke text/xml", "MimeProblem",
             lambda f: f.mail.envelope is not None and f.mail.envelope.type != ENVELOPE_TYPE),
    _warning(256, "charset i SOAP-delen er ikke UTF-8", "MimeProblem",
             lambda f: f.mail.envelope is not None and f.mail.envelope.parameters.get("charset", "").lower() != "utf-8"),
    _warning(257, "Content-Transfer-Encoding mangler i SOAP-delen", "MimeProblem",
             lambda f: f.mail.envelope is not None and not f.mail.envelope.encoding),
    _fault(258, "Content-Transfer-Encoding i SOAP-delen kan ikke leses",
           lambda f: f.mail.envelope is not None
           and (f.mail.envelope.encoding not in ("", "7bit", *ENCODINGS) or f.mail.envelope.content is None)),
    _fault(259, "Content-Transfer-Encoding i vedleggsdelen er ikke base64",
           lambda f: any(p.encoding != "base64" or p.content is None for p in f.mail.sealed)),
    _fault(260, "Content-Type i vedleggsdelen er ikke application/pkcs7-mime; smime-type=enveloped-data",
           lambda f: any(p.type != SEALED_TYPE or p.parameters.get("smime-type") != "enveloped-data"
                         for p in f.mail.sealed)),
)  # fmt: skip
"""Before anything is parsed: HITS 1172 chapter 5.5."""

DOCUMENT = (
    _warning(78, "XML-deklarasjon mangler", "OtherXml",
             lambda f: not f.content.removeprefix(b"\xef\xbb\xbf").startswith(b"<?xml")),
    _warning(68, "XML er ikke kodet som UTF-8", "OtherXml",
             lambda f: b"encoding" in f.content[:100] and b"utf-8" not in f.content[:100].lower()),
    _fault(86, "Innholdet er ikke ebXML", lambda f: f.tree.tag != f"{{{SOAP}}}Envelope"),
    _fault(2, "SOAP:Header mangler", lambda f: f.tree.find(f"{{{SOAP}}}Header") is None),
    _fault(3, "SOAP:Body mangler", lambda f: f.tree.find(f"{{{SOAP}}}Body") is None),
    _fault(4, "MessageHeader mangler", lambda f: f.head is None),
    _fault(10, "From mangler", lambda f: f.head is None or f.head.find(f"{{{EB}}}From") is None),
    _fault(9, "To mangler", lambda f: f.head is None or f.head.find(f"{{{EB}}}To") is None),
    _fault(60, "From har ingen HER-id", lambda f: not reading.hers(f.tree, "From")),
    _fault(61, "To har ingen HER-id", lambda f: not reading.hers(f.tree, "To")),
    _fault(14, "From har ikke nøyaktig én HER-id", lambda f: len(reading.hers(f.tree, "From")) > 1),
    _fault(13, "To har ikke nøyaktig én HER-id", lambda f: len(reading.hers(f.tree, "To")) > 1),
    _fault(31, "Avsenders HER-id er ikke tall",
           lambda f: bool(reading.hers(f.tree, "From")) and not reading.one_her(f.tree, "From")),
    _fault(56, "Mottakers HER-id er ikke tall",
           lambda f: bool(reading.hers(f.tree, "To")) and not reading.one_her(f.tree, "To")),
)  # fmt: skip
"""Whether anybody can be answered at all: chapters 5.6–5.8.4."""

REGISTER = (
    _fault(29, "Avsenders HER-id finnes ikke i Adresseregisteret", lambda f: f.sender is None),
    _fault(54, "Mottakers HER-id er ikke her", lambda f: reading.one_her(f.tree, "To") not in f.ours),
    _note(261, "From i MIME-headeren er ikke avsenders EDI-adresse",
          lambda f: f.sender is not None and f.sender.edi_address.lower() not in f.mail.headers.get("from", "").lower()),
)  # fmt: skip
"""Chapter 5.9."""

HEAD = (
    _warning(8, "version mangler i MessageHeader", "Inconsistent",
             lambda f: not reading.attribute(f.head, "version")),
    _error(70, "MessageHeader/version er ikke 2.0", "NotSupported",
           lambda f: reading.attribute(f.head, "version") not in ("", VERSION)),
    _warning(7, "mustUnderstand mangler i MessageHeader", "Inconsistent",
             lambda f: not reading.soap_attribute(f.head, "mustUnderstand")),
    _warning(69, "MessageHeader/mustUnderstand er ikke 1", "Inconsistent",
             lambda f: reading.soap_attribute(f.head, "mustUnderstand") not in ("", "1", "true")),
    _error(76, "MessageId mangler", "Inconsistent", lambda f: not _data(f, "MessageId")),
    _warning(102, "MessageId er hverken UUID eller RFC 2822", "ValueNotRecognized",
             lambda f: bool(_data(f, "MessageId")) and not _is_id(_data(f, "MessageId"))),
    _error(77, "Timestamp mangler", "Inconsistent", lambda f: reading.timestamp(f.tree) == reading.NO_TIME),
    _error(11, "CPAId mangler", "Inconsistent", _missing("CPAId")),
    _note(12, "CPAId er hverken HER_HER eller UUID",
          lambda f: not (CPA.fullmatch(reading.text(f.head, "CPAId")) or UUID.fullmatch(reading.text(f.head, "CPAId")))),
    _error(71, "Service mangler", "Inconsistent", _missing("Service")),
    _error(72, "Action mangler", "Inconsistent", _missing("Action")),
    _error(100, "Ukjent blokk i SOAP:Header med mustUnderstand=1", "NotSupported",
           lambda f: bool(_unknown_blocks(f.tree))),
    _error(101, "Mer enn ett element i SOAP:Body", "NotSupported",
           lambda f: len(list(f.tree.find(f"{{{SOAP}}}Body") if f.tree.find(f"{{{SOAP}}}Body") is not None else ())) > 1),
)  # fmt: skip
"""Chapters 5.7.2 and 5.8."""

BUSINESS = (
    _warning(74, "DuplicateElimination mangler", "Inconsistent",
             lambda f: f.head is None or f.head.find(f"{{{EB}}}DuplicateElimination") is None),
    _warning(75, "AckRequested mangler", "Inconsistent", lambda f: reading.in_header(f.tree, "AckRequested") is None),
    _warning(94, "AckRequested/signed er ikke sann", "Inconsistent",
             lambda f: reading.in_header(f.tree, "AckRequested") is not None
             and reading.attribute(reading.in_header(f.tree, "AckRequested"), "signed") not in ("1", "true")),
    _warning(5, "Manifest/version er ikke 2.0", "Inconsistent",
             lambda f: reading.manifest(f.tree) is not None
             and reading.attribute(reading.manifest(f.tree), "version") != VERSION),
    _error(6, "Manifest uten Reference", "MimeProblem", lambda f: not reading.content_ids(f.tree)),
    _error(0, "Mer enn ett vedlegg", "NotSupported", lambda f: len(f.mail.sealed) > 1),
    _error(27, "Manifest i melding uten vedlegg", "MimeProblem",
           lambda f: bool(reading.content_ids(f.tree)) and not f.mail.sealed),
    _error(23, "Content-Id i Manifest finnes ikke i meldingen", "MimeProblem",
           lambda f: bool(f.mail.sealed) and bool(set(reading.content_ids(f.tree)) - set(f.mail.parts))),
    _note(265, "Schema har ikke verdi",
          lambda f: (s := _schema(f)) is not None and not reading.attribute(s, "location")),
    _note(266, "Schema-versjon har ikke verdi",
          lambda f: (s := _schema(f)) is not None and not reading.attribute(s, "version")),
    _note(271, "MSH-system mangler i Description",
          lambda f: bool(_described(f)) and not _monitored(f).get("MSH-system")),
    _note(272, "MSH-versjon mangler i Description",
          lambda f: bool(_described(f)) and not _monitored(f).get("MSH-versjon")),
    _note(279, "Bare en av MSH-opplysninger og skjema", lambda f: bool(_described(f)) != (_schema(f) is not None)),
)  # fmt: skip
"""Chapter 5.14."""

SIGNAL = (
    _error(106, "Service i en kvittering er ikke ebXMLs egen", "Inconsistent",
           lambda f: _in(f, "Acknowledgment") and reading.text(f.head, "Service") != SIGNAL_SERVICE),
    _error(107, "Action i en kvittering er ikke Acknowledgment", "Inconsistent",
           lambda f: _in(f, "Acknowledgment") and reading.text(f.head, "Action") != ACKNOWLEDGMENT),
    _error(108, "Kvitteringen viser ikke til noen melding", "Inconsistent",
           lambda f: _in(f, "Acknowledgment")
           and not _is_id(reading.text(reading.in_header(f.tree, "Acknowledgment"), "RefToMessageId"))),
    _note(109, "MessageData/RefToMessageId i en kvittering",
          lambda f: _in(f, "Acknowledgment") and bool(_data(f, "RefToMessageId"))),
    _error(115, "Kvittering og feilmelding i én", "Inconsistent",
           lambda f: _in(f, "Acknowledgment") and _in(f, "ErrorList")),
    _note(116, "Kvitteringen siterer ikke meldingens signatur",
          lambda f: _in(f, "Acknowledgment") and "" not in _quoted(f)),
    _note(117, "Kvitteringen siterer ikke vedleggets signatur",
          lambda f: _in(f, "Acknowledgment") and not any(uri.startswith("cid:") for uri in _quoted(f))),
    _error(120, "Service i en feilmelding er ikke ebXMLs egen", "Inconsistent",
           lambda f: _in(f, "ErrorList") and reading.text(f.head, "Service") != SIGNAL_SERVICE),
    _error(121, "Action i en feilmelding er ikke MessageError", "Inconsistent",
           lambda f: _in(f, "ErrorList") and reading.text(f.head, "Action") != MESSAGE_ERROR),
    _error(122, "Feilmeldingen viser ikke til noen melding", "Inconsistent",
           lambda f: _in(f, "ErrorList") and not _is_id(_data(f, "RefToMessageId"))),
)  # fmt: skip
"""Chapters 5.12 and 5.13. A signal is never answered: one that is refused is not believed."""

SEALS: dict[str, tuple[int, str]] = {
    "AKS-SEAL-111": (45, "Meldingen har ikke nøyaktig én signatur (også regel 52)"),
    "AKS-SEAL-112": (45, "Signaturen står ikke i SOAP:Header"),
    "AKS-SEAL-113": (363, "Signaturen har ikke SignedInfo, SignatureValue og KeyInfo (også regel 42 og 32)"),
    "AKS-SEAL-114": (39, "SignedInfo har ikke den form som HIS 1037 gir"),
    "AKS-SEAL-115": (35, "Kanonisering er ikke C14N av 2001-03-15"),
    "AKS-SEAL-116": (84, "SignatureMethod støttes ikke; rsa-sha256 gjør det"),
    "AKS-SEAL-117": (85, "Reference er gjentatt"),
    "AKS-SEAL-118": (34, "Signaturen dekker ikke konvolutten og nøyaktig de vedlegg som kom (også regel 40)"),
    "AKS-SEAL-119": (38, "Transforms er ikke de tre, i sin rekkefølge (også regel 35, 36 og 37)"),
    "AKS-SEAL-120": (33, "DigestMethod støttes ikke; sha256 gjør det"),
    "AKS-SEAL-121": (103, "KeyInfo har ikke nøyaktig ett sertifikat (også regel 41 og 65)"),
    "AKS-SEAL-122": (50, "Konvolutten har deler for en mellomstasjon"),
    "AKS-SEAL-110": (50, "Meldingen er ikke korrekt signert eller er endret etter signaturen"),
    "AKS-SEAL-201": (46, "Sertifikatet kan ikke leses"),
    "AKS-SEAL-202": (46, "Sertifikatet kan ikke leses"),
    "AKS-SEAL-203": (46, "Sertifikatet har ikke organisasjonsnummer"),
    "AKS-SEAL-204": (46, "Sertifikatets nøkkel støttes ikke"),
    "AKS-SEAL-206": (44, "Sertifikatet er ikke avsenders i Adresseregisteret"),
    "AKS-SEAL-210": (46, "Sertifikatet er ikke for signering"),
    "AKS-SEAL-211": (105, "Sertifikatet gjelder ikke ved eb:Timestamp (også regel 104)"),
    "AKS-SEAL-212": (79, "Sertifikatets utsteder er ikke betrodd"),
    "AKS-SEAL-213": (79, "Sertifikatets utsteder er ikke betrodd"),
    "AKS-SEAL-301": (79, "Sertifikatet er trukket tilbake"),
    "AKS-SEAL-401": (263, "Vedlegget kan ikke dekrypteres"),
    "AKS-SEAL-402": (263, "Vedleggets kryptering støttes ikke"),
    "AKS-SEAL-403": (263, "Vedlegget er ikke en kryptert MIME-del"),
}
"""What the seals say -> rule and words; all of them ERROR with SecurityFailure (chapters 5.10 and 5.15.1)."""


def broken(rules: Iterable[Rule], facts: Facts) -> list[Rule]:
    """In the table's order."""
    return [rule for rule in rules if rule.broken(facts)]


def finding(rule: Rule) -> Finding:
    severity = Severity.ERROR if rule.outcome is Outcome.ERROR else Severity.WARNING
    return Finding(rule.number, rule.code, severity, rule.what)


def seal_finding(problem: Problem) -> Finding:
    """Of a seal that does not hold."""
    number, words = SEALS.get(problem.id, (50, "Forseglingen holder ikke"))
    return Finding(number, "SecurityFailure", Severity.ERROR, words)


_KNOWN_BLOCKS = {"MessageHeader", "AckRequested", "Acknowledgment", "ErrorList", "MessageOrder", "Signature"}


def _unknown_blocks(root: etree._Element) -> list[str]:
    header = root.find(f"{{{SOAP}}}Header")
    return [
        etree.QName(block).localname
        for block in (() if header is None else header.iterchildren(etree.Element))
        if etree.QName(block).localname not in _KNOWN_BLOCKS
        and reading.soap_attribute(block, "mustUnderstand") in ("1", "true")
    ]


def _schema(f: Facts) -> etree._Element | None:
    return f.tree.find(f"{{{SOAP}}}Body/{{{EB}}}Manifest/{{{EB}}}Reference/{{{EB}}}Schema")


def _described(f: Facts) -> str:
    return reading.text(f.head, "Description")


def _monitored(f: Facts) -> dict[str, str]:
    try:
        told = json.loads(_described(f))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _in(f: Facts, name: str) -> bool:
    return reading.in_header(f.tree, name) is not None


def _quoted(f: Facts) -> list[str]:
    found = reading.read(f.tree)
    return [str(r.get("URI")) for r in getattr(found, "references", ())]


def table() -> Iterator[Rule]:
    """Every declared rule, seals apart."""
    for stage in (MAIL, DOCUMENT, REGISTER, HEAD, BUSINESS, SIGNAL):
        yield from stage
