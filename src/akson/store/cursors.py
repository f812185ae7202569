"""Places to go on from, as text: a few strings. Who may use one is not said here."""

import base64
import binascii
import json
from collections.abc import Sequence

from akson.fhir.problem import Problem, ProblemKind


def encode(place: Sequence[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(place)).encode()).decode().rstrip("=")


def decode(cursor: str, parts: int) -> list[str]:
    """Raises INVALID AKS-STORE-022 when it is not a place of so many parts."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        found = None
    if not isinstance(found, list) or len(found) != parts or not all(isinstance(part, str) for part in found):
        raise foreign()
    return found


def foreign() -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-STORE-022",
        "The page marker does not belong to this list.",
        now="Start from the first page.",
    )
