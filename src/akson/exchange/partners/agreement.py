"""A CPA as ebXML asks it: how each action is addressed, whose certificates, how often it is tried again. Pure.

    read(b'<tns:CollaborationProtocolAgreement …').terms("93252")
    Terms('93252', edi_address='…@edi.nhn.no', signing=(b'…',), encryption=b'…', retries=4, retry_interval=4 h)

Abilities of it are `cpp.read`'s. Spec: ebcpp-2.0, chapters 8.4 (CollaborationRole), 8.4.30 (ReliableMessaging), 9 (CPA).
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from akson.exchange.envelope.ebxml.names import DS, Addressing
from akson.exchange.partners.cpp import Profile, named, odd, read_root, time_of

MAILTO = re.compile(r"mailto:(?://)?([^@\s]{1,64}@[A-Za-z0-9.-]{1,255})", re.ASCII)
_DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Terms:
    """What one party has agreed to."""

    her: str
    edi_address: str = ""
    signing: tuple[bytes, ...] = ()
    """Certificates, DER."""
    encryption: bytes = b""
    sends: tuple[tuple[str, str, str], ...] = ()
    """(action, service, its role)."""
    receives: tuple[tuple[str, str, str], ...] = ()
    retries: int | None = None
    retry_interval: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    id: str
    begins: datetime | None
    ends: datetime | None
    parties: tuple[Terms, ...]
    profiles: tuple[Profile, ...]

    def terms(self, her: str) -> Terms | None:
        return next((terms for terms in self.parties if terms.her == her), None)

    def in_force(self, at: datetime) -> bool:
        return (self.begins is None or self.begins <= at) and (self.ends is None or at < self.ends)

    def addressings(self, receiver: str) -> tuple[tuple[str, Addressing], ...]:
        """Action -> how what is sent to `receiver` is addressed: service and role of the one who sends, role of him."""
        theirs = self.terms(receiver)
        ours = next((terms for terms in self.parties if terms.her != receiver), None)
        if theirs is None:
            return ()
        sending = {action: (service, role) for action, service, role in ours.sends} if ours else {}
        found = []
        for action, service, role in theirs.receives:
            from_service, from_role = sending.get(action, (service, f"{action}sender"))
            found.append((action, Addressing(from_service, action, from_role, role)))
        return tuple(found)


def read(content: bytes) -> Agreement:
    """Raises Problem MALFORMED AKS-XML-…, INVALID AKS-ADDRESS-002 when it is no agreement of two."""
    root, profiles = read_root(content)
    if etree.QName(root).localname != "CollaborationProtocolAgreement" or len(profiles) != 2:
        raise odd("it is no agreement between two parties")
    infos = list(root.iterfind(named("PartyInfo")))
    parties = [_terms(profile.her, info) for profile, info in zip(profiles, infos, strict=True)]
    return Agreement(
        root.get(named("cpaid"), ""), time_of(root, "Start"), time_of(root, "End"), tuple(parties), profiles
    )


def _terms(her: str, info: etree._Element) -> Terms:
    known = {c.get(named("certId"), ""): _der(c) for c in info.iterfind(named("Certificate"))}
    sealing = _referred(info, "ApplicationCertificateRef", known) or _referred(
        info, "EncryptionCertificateRef", known
    )
    retries = info.findtext(f".//{named('Retries')}", "").strip()
    addresses = (MAILTO.match(e.get(named("uri"), "")) for e in info.iter(named("Endpoint")))
    return Terms(
        her,
        next((found[1] for found in addresses if found), ""),
        _referred(info, "SigningCertificateRef", known),
        sealing[0] if sealing else b"",
        tuple(_bound(info, "CanSend")),
        tuple(_bound(info, "CanReceive")),
        int(retries) if retries.isascii() and retries.isdigit() and len(retries) < 4 else None,
        _duration(info.findtext(f".//{named('RetryInterval')}", "").strip()),
    )


def _bound(info: etree._Element, way: str) -> Iterator[tuple[str, str, str]]:
    for role in info.iterfind(named("CollaborationRole")):
        its = role.find(named("Role"))
        name = its.get(named("name"), "") if its is not None else ""
        for binding in role.iterfind(named("ServiceBinding")):
            service = binding.findtext(named("Service"), "").strip()
            for place in binding.iterfind(f"{named(way)}/{named('ThisPartyActionBinding')}"):
                yield place.get(named("action"), ""), service, name


def _referred(info: etree._Element, reference: str, known: dict[str, bytes]) -> tuple[bytes, ...]:
    """Certificates that such references name, each once."""
    ids = (r.get(named("certId"), "") for r in info.iter(named(reference)))
    return tuple(dict.fromkeys(der for id in ids if (der := known.get(id, b""))))


def _der(certificate: etree._Element) -> bytes:
    text = certificate.findtext(f".//{{{DS}}}X509Certificate", "")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise odd("a certificate of it is not base64") from None


def _duration(text: str) -> timedelta | None:
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
