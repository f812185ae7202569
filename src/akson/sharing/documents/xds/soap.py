"""A SOAP 1.2 message of XDS: its addressing, its assertion, its body; and answers and faults. Pure.

Spec: ITI TF-2, Appendix V; WS-Addressing 1.0; WS-Security 1.1. What the assertion says is saml.py's.
"""

from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml.builder import ElementMaker

from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.documents.reading import instant
from akson.sharing.documents.xds.names import ANONYMOUS, SAML, SOAP, WSA, WSSE, WSU

TEXT_MAX = 300
_E = ElementMaker(namespace=SOAP, nsmap={"s": SOAP, "a": WSA})
_A = ElementMaker(namespace=WSA, nsmap={"a": WSA})
_UNDERSTAND = {f"{{{SOAP}}}mustUnderstand": "1"}


@dataclass(frozen=True, slots=True)
class Message:
    action: str
    message_id: str
    assertion: bytes | None
    """The one saml:Assertion, as it stands; nothing of it is believed yet."""
    body: etree._Element


def read(envelope: bytes, now: datetime) -> Message:
    """Raises MALFORMED AKS-XML-…, AKS-XDS-002 (form), UNSUPPORTED 003 (asynchronous), UNAUTHENTICATED 004 (security)."""
    root = markup.read(envelope)
    bodies, headers = root.findall(f"{{{SOAP}}}Body"), root.findall(f"{{{SOAP}}}Header")
    if root.tag != f"{{{SOAP}}}Envelope" or len(bodies) != 1 or len(headers) != 1 or len(bodies[0]) != 1:
        raise _odd("it is no SOAP 1.2 envelope with a header and one element in its body")
    header = headers[0]
    action, message_id = _one(header, "Action"), _one(header, "MessageID")
    if not action or not message_id:
        raise _odd("WS-Addressing's Action or MessageID is missing")
    reply_to = _text(header.find(f"{{{WSA}}}ReplyTo/{{{WSA}}}Address"))
    if reply_to not in ("", ANONYMOUS):
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-XDS-003",
            "Only the synchronous exchange is offered.",
            why="ReplyTo names another address than the anonymous one.",
            now="Ask again without ReplyTo; the answer comes on the same connection.",
        )
    return Message(action, message_id, _assertion(header, now), bodies[0][0])


def answer(action: str, relates_to: str, message_id: str, body: etree._Element) -> bytes:
    return markup.write(
        _E.Envelope(_E.Header(*_addressing(f"{action}Response", relates_to, message_id)), _E.Body(body))
    )


def request(action: str, to: str, message_id: str, assertion: bytes, body: etree._Element) -> bytes:
    """A question of ours, with the assertion that was given for it as it was signed."""
    security = etree.Element(f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
    security.append(markup.read(assertion))
    header = _E.Header(
        _A.Action(action, _UNDERSTAND),
        _A.MessageID(message_id),
        _A.ReplyTo(_A.Address(ANONYMOUS)),
        _A.To(to, _UNDERSTAND),
        security,
    )
    # Not indented: white space inside the assertion would break its signature.
    return markup.write(_E.Envelope(header, _E.Body(body)))


def fault(problem: Problem, relates_to: str, message_id: str) -> bytes:
    """What was wrong, as SOAP says it; the stable id stands in the subcode and in the detail."""
    ours = problem.kind in (ProblemKind.INTERNAL, ProblemKind.OVERLOADED)
    reason = _E.Text(problem.sentence(), {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    told = _E.Fault(
        _E.Code(_E.Value("s:Receiver" if ours else "s:Sender"), _E.Subcode(_E.Value(_subcode(problem)))),
        _E.Reason(reason),
        _E.Detail(etree.Element("problem", id=problem.id)),
    )
    header = _E.Header(*_addressing(f"{WSA}/fault", relates_to, message_id))
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP, "a": WSA, "wsse": WSSE})
    envelope.extend((header, _E.Body(told)))
    return markup.write(envelope)


def read_answer(envelope: bytes, relates_to: str) -> etree._Element:
    """The body's element of an answer to us. Raises MALFORMED AKS-XDS-002, FORBIDDEN AKS-XDS-010 for a fault."""
    root = markup.read(envelope)
    body = root.find(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or body is None or len(body) != 1:
        raise _odd("it is no SOAP 1.2 envelope with one element in its body")
    if body[0].tag == f"{{{SOAP}}}Fault":
        raise Problem(ProblemKind.FORBIDDEN, "AKS-XDS-010", "The other community refused the question.")
    related = _text(root.find(f"{{{SOAP}}}Header/{{{WSA}}}RelatesTo"))
    if related and related != relates_to:
        raise _odd("it answers another question")
    return body[0]


def _subcode(problem: Problem) -> str:
    if problem.id == "AKS-XDS-003":
        return "a:OnlyAnonymousAddressSupported"
    if problem.kind is ProblemKind.UNAUTHENTICATED:
        return "wsse:FailedAuthentication"
    return "a:ActionNotSupported" if problem.id == "AKS-XDS-005" else "a:InvalidMessage"


def _addressing(action: str, relates_to: str, message_id: str) -> list[etree._Element]:
    related = [_A.RelatesTo(relates_to)] if relates_to else []
    return [_A.Action(action, _UNDERSTAND), _A.MessageID(message_id), *related]


def _assertion(header: etree._Element, now: datetime) -> bytes | None:
    security = header.findall(f"{{{WSSE}}}Security")
    everywhere = list(header.getroottree().getroot().iter(f"{{{SAML}}}Assertion"))
    found = [a for s in security for a in s.findall(f"{{{SAML}}}Assertion")]
    if len(security) > 1 or len(found) > 1 or len(everywhere) != len(found):
        raise _untrue("There is more than one assertion, or one where none belongs.")
    for expires in header.iterfind(f"{{{WSSE}}}Security/{{{WSU}}}Timestamp/{{{WSU}}}Expires"):
        until = instant(_text(expires))
        if until is None or until <= now:
            raise _untrue("The message has expired.")
    return etree.tostring(found[0], with_tail=False) if found else None


def _one(header: etree._Element, name: str) -> str:
    found = header.findall(f"{{{WSA}}}{name}")
    return _text(found[0]) if len(found) == 1 else ""


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip()[:TEXT_MAX] if element is not None else ""


def _odd(why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED, "AKS-XDS-002", "The message is not of the agreed form.", why=f"Reason: {why}."
    )


def _untrue(why: str) -> Problem:
    return Problem(
        ProblemKind.UNAUTHENTICATED, "AKS-XDS-004", "The message's security header is not accepted.", why=why
    )
