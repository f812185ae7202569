"""FHIR JSON: bytes to a dict and back, with every digit kept.

Spec: https://hl7.org/fhir/R4/json.html. Decimals become `Decimal`, so `1.00` stays `1.00`. Whether the object
is good FHIR is akson.fhir.validation's business.
"""

import json as standard_json
from decimal import Decimal
from typing import Any

import msgspec

from akson.fhir.problem import Problem, ProblemKind

DEPTH_MAX = 64
"""Nested objects and arrays. The deepest official example uses 21; recursion elsewhere relies on this bound."""
NUMBER_DIGITS_MAX = 1_000
"""Digits, or size of the exponent, of one number: beyond it arithmetic on the number would be an attack."""
BUNDLE_MARKS_MAX = 1_000_000
"""Colons and commas of a Bundle that is read at once, which is about the number of its values. Decoding keeps the
processor for itself until it is done, 0.15 s at this size; the largest Bundle of one citizen's life has half of it."""
RESOURCE_MARKS_MAX = 300_000
"""The same of anything else: 60,000 questions in a Questionnaire."""

_encoder = msgspec.json.Encoder(decimal_format="number")

_BOM = b"\xef\xbb\xbf"

Json = dict[str, Any]


def _decimal(digits: str) -> Decimal:
    """A number with the digits it was written with. Raises AKS-FHIR-005."""
    number = Decimal(digits)
    if len(digits) > NUMBER_DIGITS_MAX or abs(number.adjusted()) > NUMBER_DIGITS_MAX:
        raise _number_too_long()
    return number


_decoder = msgspec.json.Decoder(float_hook=_decimal)


def parse(data: bytes | bytearray | memoryview | msgspec.Raw) -> Json:
    """The JSON object in `data`.

    Raises Problem MALFORMED: AKS-FHIR-001 not JSON or not UTF-8, 002 not an object, 003 nested too deep,
    004 a name that stands twice in one object, 005 a number too long; TOO_LARGE: 006 too many values.
    """
    text = bytes(data)
    _refuse_giant(text)
    try:
        found = _decoder.decode(text)
    except msgspec.DecodeError as error:
        if not text.startswith(_BOM):
            raise _unreadable(error) from None
        return parse(text[len(_BOM) :])
    except UnicodeDecodeError as error:
        raise _unreadable(error) from None
    except RecursionError:
        raise _too_deep() from None
    if type(found) is not dict:
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-FHIR-002",
            "The content is JSON, but not an object.",
            now="Send one resource.",
        )
    _refuse_depth(text, found)
    _refuse_twins(text, found)
    return found


def encode(value: Any) -> bytes:
    """Compact JSON. Decimals are written with the digits they have; names keep their order."""
    return _encoder.encode(value)


def _refuse_giant(text: bytes) -> None:
    """Counted before anything is made of it; who writes "Bundle" into another resource gains no more than a Bundle has."""
    if len(text) <= RESOURCE_MARKS_MAX:
        return
    most = BUNDLE_MARKS_MAX if b'"Bundle"' in text else RESOURCE_MARKS_MAX
    if text.count(b",") + text.count(b":") > most:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-FHIR-006",
            "The content holds too many values.",
            why=f"At most {most} commas and colons are read at once.",
            now="Send it in several resources.",
        )


def _unreadable(error: Exception) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-001",
        "The content is not readable as JSON in UTF-8.",
        why=without_content(str(error)),
        now="Send FHIR JSON.",
    )


def without_content(text: str) -> str:
    """The decoder's own words, cut before anything that could be quoted from the message."""
    return (
        text.split(":")[0].strip()[:120] + (f" {text[text.rindex('(') :]}" if "(byte " in text else "") + "."
    )


def _too_deep() -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-003",
        "The content is nested too deep.",
        why=f"At most {DEPTH_MAX} levels are read.",
    )


def _refuse_depth(text: bytes, found: Json) -> None:
    """Brackets are a bound on depth, and counting them costs nothing; only rich content is walked."""
    if text.count(b"{") + text.count(b"[") <= DEPTH_MAX:
        return
    level: list[Any] = [found]
    for _ in range(DEPTH_MAX):
        level = [
            child
            for holder in level
            for child in (holder.values() if type(holder) is dict else holder)
            if type(child) is dict or type(child) is list
        ]
        if not level:
            return
    raise _too_deep()


def _number_too_long() -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-005",
        "A number is too long to be meant.",
        why=f"At most {NUMBER_DIGITS_MAX} digits or powers of ten are read.",
    )


def _refuse_twins(text: bytes, found: Json) -> None:
    """A name twice in one object is refused: two readers would read two different records.

    The decoder keeps the last one silently. So the colons are counted in the text and in the object written
    again: one after each name, and those inside strings, which stand in both. The counts differ exactly when
    something was dropped. Only a colon written by its number could upset that, and goes the slow, exact way.
    """
    if text.count(b":") == _encoder.encode(found).count(b":") and (
        b"\\" not in text or b"\\u003" not in text
    ):
        return

    def once(pairs: list[tuple[str, Any]]) -> Json:
        names = dict(pairs)
        if len(names) != len(pairs):
            raise Problem(
                ProblemKind.MALFORMED,
                "AKS-FHIR-004",
                "A name stands twice in the same object.",
                why="Which of the two values counts would depend on the reader.",
            )
        return names

    standard_json.loads(text, object_pairs_hook=once, parse_float=str, parse_int=str)
