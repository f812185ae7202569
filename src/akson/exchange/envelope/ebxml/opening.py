"""A mail's bytes -> what it is, what is inside, and what is to be answered. Pure; two steps, because between them somebody
looks the sender up.

    bytes ─ look ─► Look(mail, sender, receiver, fault)       MIME, XML and addresses: chapters 5.5–5.8 of HITS 1172
          ─ open_ ─► Opened(envelope, document, findings)     register, signature, header, manifest, decryption

The signature is verified before anything is decrypted, and everything that is kept is read from what was signed.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from lxml import etree

from akson.exchange.envelope.ebxml import mime, payload, reading, rules
from akson.exchange.envelope.ebxml.rules import Facts, Outcome, Rule
from akson.exchange.envelope.ebxml.values import (
    Acknowledgment,
    Business,
    Correspondent,
    Envelope,
    Errors,
    Fault,
    Finding,
)
from akson.exchange.sealing import refusals, xml_signature
from akson.exchange.sealing.certificates import Certificate
from akson.exchange.sealing.keyring import Pair
from akson.exchange.sealing.trust import Trust
from akson.fhir import markup
from akson.fhir.problem import Problem

_OURS = re.compile(rb"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[0-9a-f]{8,32}@")
"""Our own Message-ID: the parcel's id, then chance (closing.message_id)."""
_MAIL_ID = re.compile(r"<([0-9a-f-]{36})\.[0-9a-f]{8,32}@[^<>@\s]{1,200}>", re.ASCII)
UNREADABLE = "T01"


class Sort(Enum):
    BUSINESS = "business"
    ACKNOWLEDGMENT = "acknowledgment"
    ERRORS = "errors"
    FAULT = "fault"
    BOUNCE = "bounce"
    DELAYED = "delayed"
    """A mail server says that it still tries: no news."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Look:
    """What can be said before anybody is looked up, none of it believed yet."""

    mail: mime.Mail
    sort: Sort
    content: bytes = b""
    root: etree._Element | None = None
    broken: tuple[Rule, ...] = ()
    sender: str = ""
    receiver: str = ""
    message_id: str = ""
    refers_to: str = ""
    """Of a bounce or a fault: the parcel it speaks of."""
    said: str = ""

    @property
    def fault(self) -> Rule | None:
        return next((rule for rule in self.broken if rule.outcome is Outcome.FAULT), None)


@dataclass(frozen=True, slots=True)
class Opened:
    """`problem` is a code in 8221, "" when all of it is believed; `fault` and `findings` are what is answered."""

    look: Look
    envelope: Envelope | None = None
    document: bytes = b""
    findings: tuple[Finding, ...] = ()
    notes: tuple[Rule, ...] = ()
    fault: Fault | None = None
    problem: str = ""
    note: str = ""
    references: tuple[etree._Element, ...] = ()
    signer: Certificate | None = None

    @property
    def digest(self) -> str:
        """Of what was inside: the same message sealed anew is the same. Of the mail when it could not be opened."""
        return hashlib.sha256(self.document or self.look.content).hexdigest()


def look(content: bytes) -> Look:
    mail = mime.read(content)
    if mail.type == "multipart/report":
        return _bounce(mail, content)
    broken = rules.broken(rules.MAIL, Facts(mail))
    envelope = b"" if mail.envelope is None else mail.envelope.content or b""
    try:
        root = markup.read(envelope)
    except Problem:
        rule = Rule(16, "Konvolutten er ikke velformet XML", Outcome.FAULT, "", lambda f: True)
        return Look(mail, Sort.UNKNOWN, envelope, None, (*broken, rule))
    if (said := reading.read_fault(root)) is not None:
        return Look(
            mail, Sort.FAULT, envelope, root, refers_to=_answered(mail), said=f"{said.code} {said.text}"
        )
    broken += rules.broken(rules.DOCUMENT, Facts(mail, envelope, root))
    head = reading.read_head(root)
    return Look(mail, _sort(root), envelope, root, tuple(broken), head.sender, head.receiver, head.message_id)


def _sort(root: etree._Element) -> Sort:
    found = reading.read(root)
    if isinstance(found, Business):
        return Sort.BUSINESS
    if isinstance(found, Acknowledgment):
        return Sort.ACKNOWLEDGMENT
    return Sort.ERRORS if isinstance(found, Errors) else Sort.UNKNOWN


def _bounce(mail: mime.Mail, content: bytes) -> Look:
    named = _OURS.search(content)
    failed = re.search(rb"^action:\s*failed", content, re.IGNORECASE | re.MULTILINE)
    return Look(
        mail,
        Sort.BOUNCE if failed else Sort.DELAYED,
        refers_to=named.group(1).decode() if named else "",
        said="E-posttjeneren kunne ikke levere meldingen.",
    )


def _answered(mail: mime.Mail) -> str:
    for header in ("in-reply-to", "references"):
        if found := _MAIL_ID.search(mail.headers.get(header, "")):
            return found.group(1)
    return ""


def open_(
    seen: Look,
    sender: Correspondent | None,
    ours: Iterable[str],
    openers: Sequence[Pair],
    trust: Trust,
) -> Opened:
    """`sender` is whom `seen.sender` is, None when the register knows nobody."""
    if seen.sort in (Sort.FAULT, Sort.BOUNCE, Sort.DELAYED):
        return Opened(seen, note=seen.said)
    facts = Facts(seen.mail, seen.content, seen.root, sender, frozenset(ours))
    broken = list(seen.broken)
    if seen.root is not None and not _faults(broken):
        broken += rules.broken(rules.REGISTER, facts)
    if fault := next(iter(_faults(broken)), None):
        words = f"HITS 1172, regel {fault.number}: {fault.what}"
        return Opened(
            seen, fault=Fault("Client", words), problem=UNREADABLE, note=words, notes=_notes(broken)
        )
    assert sender is not None
    try:
        verified = xml_signature.verify(seen.content, seen.mail.parts, trust, reading.timestamp)
        _belongs(verified.signer, sender)
    except Problem as problem:
        return _unsealed(seen, problem, broken)
    return _read(seen, verified, facts, broken, openers, trust)


def _read(
    seen: Look,
    verified: xml_signature.Verified,
    facts: Facts,
    broken: list[Rule],
    openers: Sequence[Pair],
    trust: Trust,
) -> Opened:
    believed = Facts(seen.mail, seen.content, verified.root, facts.sender, facts.ours)
    envelope = reading.read(verified.root)
    broken += rules.broken(rules.HEAD, believed)
    broken += rules.broken(rules.BUSINESS if isinstance(envelope, Business) else rules.SIGNAL, believed)
    findings = [rules.finding(rule) for rule in broken if rule.outcome in (Outcome.ERROR, Outcome.WARNING)]
    errors = [rule for rule in broken if rule.outcome is Outcome.ERROR]
    document, problem, note = b"", "", ""
    if envelope is None:
        errors.append(
            rules.Rule(
                100, "Hverken melding, kvittering eller feilmelding", Outcome.ERROR, "NotSupported", bool
            )
        )
        findings.append(rules.finding(errors[-1]))
    if errors:
        problem, note = UNREADABLE, f"HITS 1172, regel {errors[0].number}: {errors[0].what}"
    elif isinstance(envelope, Business):
        try:
            document = payload.open_(seen.mail.parts[envelope.content_id], openers, trust.compatibility)
        except Problem as refused:
            findings.append(rules.seal_finding(refused))
            problem, note = refusals.code_of(refused), findings[-1].text
    return Opened(
        seen,
        envelope,
        document,
        tuple(findings),
        _notes(broken),
        None,
        problem,
        note,
        verified.references,
        verified.signer,
    )


def _unsealed(seen: Look, problem: Problem, broken: list[Rule]) -> Opened:
    """The header is read all the same, unbelieved, for it says whom to answer (HITS 1172 chapter 5.7.2)."""
    found = rules.seal_finding(problem)
    assert seen.root is not None
    return Opened(
        seen,
        reading.read(seen.root),
        findings=(found,),
        notes=_notes(broken),
        problem=refusals.code_of(problem) or UNREADABLE,
        note=f"HITS 1172, regel {found.rule}: {found.text}",
    )


def _belongs(signer: Certificate, sender: Correspondent) -> None:
    """Rule 44. Raises Problem AKS-SEAL-206."""
    registered = {certificate.fingerprint for certificate in sender.signers}
    if registered and signer.fingerprint in registered:
        return
    if registered or signer.organisation_number != sender.organisation_number:
        raise refusals.certificate(206, "The certificate is not the sender's in the address register.")


def _faults(broken: Iterable[Rule]) -> list[Rule]:
    return [rule for rule in broken if rule.outcome is Outcome.FAULT]


def _notes(broken: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for rule in broken if rule.outcome is Outcome.NOTE)
