"""What a resource says of its own sensitivity: the codes of `meta.security`, and until when it is held back.

    meta.security [NORU + extension released]   the citizen sees it from that time (Volven 9603: utsatt innsyn)
    NORU without a time                         not until it is taken away

Spec: https://hl7.org/fhir/R4/security-labels.html.
"""

from datetime import UTC, datetime

from akson.access.facts import DRAFT_OF
from akson.fhir.search.values import date
from akson.record.facts.elements import Json

HELD_BACK = "NORU"
RELEASED = "https://akson.no/fhir/StructureDefinition/released"
NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def of(resource: Json) -> tuple[tuple[str, ...], datetime | None]:
    """(labels in their order, each once; until when it is held back)."""
    security = (resource.get("meta") or {}).get("security")
    if not security:
        return (), None
    codes = (label["code"] for label in security if "code" in label)
    # Whose draft something is, nobody says of it by a label.
    labels = tuple(dict.fromkeys(code for code in codes if not code.startswith(DRAFT_OF)))
    held = [_released(label) for label in security if label.get("code") == HELD_BACK]
    return labels, max(held, default=None)


def _released(label: Json) -> datetime:
    for extension in label.get("extension", ()):
        if extension.get("url") == RELEASED:
            written = (
                extension.get("valueInstant") or extension.get("valueDateTime") or extension.get("valueDate")
            )
            if written:
                return date.period(written)[0]
    return NEVER
