"""Cuts a Bundle into its entries without decoding what is inside them.

Spec: https://hl7.org/fhir/R4/bundle.html. A transaction of 500 entries is read once: the frame here, each
resource where it is needed. What an entry asks for is akson.fhir.bundle's.
"""

from typing import Any

import msgspec

from akson.fhir.codec.json import without_content
from akson.fhir.problem import Problem, ProblemKind

FRAME_MARKS_MAX = 3_000_000
"""A comma may end an entry, and each entry is an object in memory before they can be counted."""
_NOTHING = msgspec.Raw(b"")


class RawEntry(msgspec.Struct, forbid_unknown_fields=True):
    """One `Bundle.entry`; `resource` is a slice of the bytes that came in (empty when there is none)."""

    fullUrl: str = ""  # noqa: N815 (FHIR's own name)
    resource: msgspec.Raw = _NOTHING
    request: dict[str, Any] | None = None
    response: dict[str, Any] | None = None
    search: dict[str, Any] | None = None
    link: list[dict[str, Any]] | None = None
    id: str = ""
    extension: list[dict[str, Any]] | None = None
    modifierExtension: list[dict[str, Any]] | None = None  # noqa: N815


class RawBundle(msgspec.Struct):
    """The frame of a Bundle. Elements that only travel along (identifier, signature, …) are not kept."""

    resourceType: str = ""  # noqa: N815
    type: str = ""
    id: str = ""
    entry: list[msgspec.Raw] = []


_decoder = msgspec.json.Decoder(RawBundle)
_entry_decoder = msgspec.json.Decoder(RawEntry)


def split_bundle(data: bytes) -> RawBundle:
    """Raises Problem TOO_LARGE AKS-FHIR-006; MALFORMED AKS-FHIR-010 no frame of a Bundle, 011 another resource type."""
    if len(data) > FRAME_MARKS_MAX and data.count(b",") > FRAME_MARKS_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-FHIR-006",
            "The Bundle holds too many values.",
            why=f"At most {FRAME_MARKS_MAX} commas are read at once.",
            now="Send several Bundles.",
        )
    try:
        frame = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable("", error) from None
    if frame.resourceType != "Bundle":
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-FHIR-011",
            "The content is not a Bundle.",
            why="A batch or transaction is a Bundle; single resources go to [base]/[type].",
        )
    return frame


def split_entry(place: int, entry: msgspec.Raw) -> RawEntry:
    """One entry of the frame, which is first counted and then looked into. Raises MALFORMED AKS-FHIR-010."""
    try:
        return _entry_decoder.decode(entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(f"Bundle.entry[{place}]: ", error) from None


def _unreadable(where: str, error: Exception) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-010",
        f"{where}The content is not readable as a Bundle.",
        why=_why(str(error)),
        now="Send a FHIR Bundle in JSON.",
    )


def _why(said: str) -> str:
    """A name that does not belong is the sender's own text, and is not repeated."""
    return "An element does not belong there." if "unknown field" in said else without_content(said)
