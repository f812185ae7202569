"""Cuts a Bundle into its entries without decoding what is inside them.

Spec: https://hl7.org/fhir/R4/bundle.html. A transaction of 500 entries is read once: the frame here, each
resource where it is needed. What an entry asks for is akson.fhir.bundle's.
"""

from typing import Any

import msgspec

from akson.fhir.problem import Problem, ProblemKind

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
    entry: list[RawEntry] = []


_decoder = msgspec.json.Decoder(RawBundle)


def split_bundle(data: bytes) -> RawBundle:
    """Raises Problem MALFORMED: AKS-FHIR-010 not readable as a Bundle's frame, 011 another resource type."""
    try:
        frame = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-FHIR-010",
            "The content is not readable as a Bundle.",
            why=str(error)[:200],
            now="Send a FHIR Bundle in JSON.",
        ) from None
    if frame.resourceType != "Bundle":
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-FHIR-011",
            "The content is not a Bundle.",
            why="A batch or transaction is a Bundle; single resources go to [base]/[type].",
        )
    return frame
