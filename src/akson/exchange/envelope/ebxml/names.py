"""Namespaces and fixed words of the envelope, and how a message type is addressed (HITS 1209:2018)."""

from typing import NamedTuple

EB = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
DS = "http://www.w3.org/2000/09/xmldsig#"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
SIGNAL_SERVICE = "urn:oasis:names:tc:ebxml-msg:service"
ACKNOWLEDGMENT, MESSAGE_ERROR = "Acknowledgment", "MessageError"
ERRORS_CONTEXT = "urn:oasis:names:tc:ebxml-msg:service:errors"
VERSION = "2.0"
APPREC = "APPREC"


class Addressing(NamedTuple):
    service: str
    action: str
    from_role: str
    to_role: str


def addressing(type: str, answers: str = "") -> Addressing:
    """`LOG_INNLAGT` -> S-LOG_INNLAGT, LOG_INNLAGT, …sender, …receiver; for a receipt of it the roles are the other way."""
    if type == APPREC:
        assert answers, "an application receipt answers a message type"
        return Addressing(f"S-{answers}", APPREC, f"{answers}receiver", f"{answers}sender")
    return Addressing(f"S-{type}", type, f"{type}sender", f"{type}receiver")


def cpa_id(a: str, b: str) -> str:
    """The agreement that needs none: the lower HER-id first (HIS 1037 chapter 6.2.1)."""
    low, high = sorted((a, b), key=int)
    return f"{low}_{high}"
