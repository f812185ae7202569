"""Advice as CDS Hooks 2.0 cards, and which rule a card came from when its feedback arrives.

A card's uuid begins with the rule's own mark, so that feedback needs no memory of what was answered to whom. The rest of
it is made of the call and what the card concerns. Spec: https://cds-hooks.hl7.org/2.0/#card-attributes, #feedback.
"""

import hashlib
import uuid
from typing import Any

from akson.care.decisionsupport.advice import Advice
from akson.care.decisionsupport.rules import Rules

SUMMARY_MAX = 140
OVERRIDES = (
    ("known", "Kjent og avklart med lege"),
    ("monitored", "Følges opp med målinger"),
    ("benefit", "Nytten er vurdert som større"),
    ("wrong", "Opplysningen rådet bygger på, er feil"),
    ("not-relevant", "Gjelder ikke denne pasienten"),
)
"""Why advice is set aside: one list for our own screens and for others'."""
OVERRIDE_SYSTEM = "https://akson.no/fhir/CodeSystem/advice-override"
TOPICS = "https://akson.no/fhir/CodeSystem/advice-rule"
_MARK = 6
_VERSION, _VARIANT = 0x80, 0x80


def card(said: Advice, call: str) -> dict[str, Any]:
    """`call`: the hookInstance, so that two calls do not share a card."""
    return {
        "uuid": str(_uuid(said, call)),
        "summary": said.title[:SUMMARY_MAX],
        "detail": f"{said.words}\n\n**Gjør dette:** {said.now_do}",
        "indicator": said.severity.value,
        "source": {
            "label": said.source,
            "url": said.url,
            "topic": {"system": TOPICS, "code": said.rule, "display": said.title},
        },
        "overrideReasons": [
            {"code": code, "system": OVERRIDE_SYSTEM, "display": words} for code, words in OVERRIDES
        ],
    }


def rule_of(card: str, rules: Rules) -> str:
    """Id of the rule that a card's uuid names, or ""."""
    try:
        mark = uuid.UUID(card).bytes[:_MARK]
    except ValueError:
        return ""
    return next((id for id in rules.ids() if _mark(id) == mark), "")


def _mark(rule: str) -> bytes:
    return hashlib.sha256(rule.encode()).digest()[:_MARK]


def _uuid(said: Advice, call: str) -> uuid.UUID:
    """Of version 8: our own layout within RFC 9562."""
    rest = hashlib.sha256(f"{call}|{said.edition}|{said.key}".encode()).digest()
    raw = bytearray(_mark(said.rule) + rest[: 16 - _MARK])
    raw[6] = raw[6] & 0x0F | _VERSION
    raw[8] = raw[8] & 0x3F | _VARIANT
    return uuid.UUID(bytes=bytes(raw))
