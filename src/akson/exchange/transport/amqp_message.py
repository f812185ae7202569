"""A message on Helsenorge's bus: which fields carry what, both ways. Pure. Source: AMQP-spesifikasjon Helsenorge (10.2).

| field | place | holds |
| --- | --- | --- |
| message-id, correlation-id | properties | parcel's id · id of what is answered, else its own |
| to, reply-to | properties | queue of the receiver, queue of the sender |
| subject | properties | code in 8279; `AMQP_SOAP_FAULT` for a fault |
| content-type | properties | `application/pkcs7-mime; smime-type=signed-and-enveloped-data` |
| fromHerId, toHerId, applicationTimeStamp | application properties, all texts | |
| conversationId, cpaId | application properties | when there is one |
| originalMessageId, errorCondition, errorDescription, receiverTimeStamp | the same, on the error queue | |

What is inside the body is the sealer's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from akson.exchange.transport.contract import Parcel

SEALED = "application/pkcs7-mime; smime-type=signed-and-enveloped-data"
FAULT = "AMQP_SOAP_FAULT"
TEXT_CHARACTERS_MAX = 300

INVALID_FIELD = "transport:invalid-field-value"
SPOOFING = "abuse:spoofing-attack"
_SEALS = {
    "1": "transport:invalid-signature",
    "2": "transport:invalid-certificate",
    "3": "transport:revoked-certificate",
    "4": "transport:decryption-failed",
}
"""First digit of AKS-SEAL-nnn -> condition."""
EXPIRED = "AKS-SEAL-211"


@dataclass(frozen=True, slots=True)
class Wire:
    """A message as plain values: what the library's own type is made of, and read into."""

    id: str
    subject: str
    to: str
    reply_to: str
    correlation: str
    content_type: str
    fields: Mapping[str, str]
    body: bytes
    deliveries: int = 0
    """How often it was delivered before, when the bus counts."""


def message(parcel: Parcel, body: bytes, *, content_type: str, to: str, reply_to: str, at: datetime) -> Wire:
    fields = {"fromHerId": parcel.sender, "toHerId": parcel.receiver, "applicationTimeStamp": _time(at)}
    if parcel.conversation:
        fields["conversationId"] = parcel.conversation
    correlation = parcel.refers_to or parcel.id
    return Wire(parcel.id, parcel.type, to, reply_to, correlation, content_type, fields, body)


def error(about: Wire, condition: str, words: str, *, id: str, to: str, at: datetime) -> Wire:
    """For the error queue of who sent `about`. `words` name fields, never what stands in the message."""
    fields = {
        "fromHerId": about.fields.get("toHerId", ""),
        "toHerId": about.fields.get("fromHerId", ""),
        "applicationTimeStamp": _time(at),
        "receiverTimeStamp": _time(at),
        "originalMessageId": about.id,
        "errorCondition": condition,
        "errorDescription": words[:TEXT_CHARACTERS_MAX],
    }
    return Wire(id, about.subject, to, "", about.id, about.content_type, fields, b"")


def odd_fields(told: Wire, her: str) -> tuple[str, ...]:
    """Names of required fields that are missing or wrong in a message on the queue of `her`."""
    digits = {name: told.fields.get(name, "") for name in ("fromHerId", "toHerId")}
    checks = {
        "messageId": bool(told.id),
        "to": bool(told.to),
        "subject": bool(told.subject),
        "replyTo": bool(told.reply_to),
        "contentType": bool(told.content_type),
        "fromHerId": _is_her(digits["fromHerId"]),
        "toHerId": _is_her(digits["toHerId"]) and digits["toHerId"] == her,
        "applicationTimeStamp": _is_time(told.fields.get("applicationTimeStamp", "")),
    }
    return tuple(name for name, right in checks.items() if not right)


def condition_of(problem: str) -> str:
    """What a broken seal is called on the bus, from the Problem's id."""
    if problem == EXPIRED:
        return "transport:expired-certificate"
    digit = problem.removeprefix("AKS-SEAL-")[:1]
    return _SEALS.get(digit, "transport:internal-error")


def told_error(fields: Mapping[str, str]) -> str:
    """Condition and description as one line that may be shown: printable, and cut."""
    parts = (fields.get("errorCondition", ""), fields.get("errorDescription", ""))
    line = ": ".join(part for part in parts if part)
    return "".join(c for c in line if c.isprintable())[:TEXT_CHARACTERS_MAX]


def _is_her(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 12


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
