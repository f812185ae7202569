"""What interactions read out of a call's headers and parameters. Nothing here answers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from akson.api.interaction import Call, Pairs
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.values import date
from akson.record.values import StoredVersion

AS_OF = "_asOf"
"""Akson's own parameter: the record as it was known then."""


def prefer(headers: Mapping[str, str]) -> dict[str, str]:
    """`return=minimal; handling=strict` -> {"return": "minimal", "handling": "strict"} (RFC 7240)."""
    parts = headers.get("prefer", "").replace(",", ";").split(";")
    return {
        k.strip().lower(): v.strip().strip('"') for k, _, v in (p.partition("=") for p in parts) if k.strip()
    }


def version_asked(header: str | None, name: str) -> int | None:
    """`W/"3"` -> 3. Raises Problem MALFORMED AKS-API-020."""
    if header is None:
        return None
    digits = header.strip().removeprefix("W/").strip('"')
    if not digits.isdecimal() or len(digits) > 9:
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-API-020",
            f"{name} is not a version of this server.",
            now=f'Send {name}: W/"3".',
        )
    return int(digits)


def unchanged(headers: Mapping[str, str], found: StoredVersion) -> bool:
    """Whether the caller has this version already. If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2)."""
    tags = headers.get("if-none-match")
    if tags is not None:
        own = (f'W/"{found.version}"', f'"{found.version}"', "*")
        return any(tag.strip() in own for tag in tags.split(","))
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    # The header knows whole seconds only.
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return found.updated.replace(microsecond=0) <= since


def strict(call: Call) -> bool:
    """Unknown search parameters are left out unless the caller asks to be told (R4 search.html#errors)."""
    return "prefer" in call.headers and prefer(call.headers).get("handling") == "strict"


def criteria(query: Pairs) -> str:
    """The condition of a conditional update or delete, without what the protocol reads."""
    return urlencode([(k, v) for k, v in query if k not in ("_format", "_pretty")])


def count(query: Pairs, *, default: int, most: int) -> int:
    for name, value in query:
        if name == "_count":
            if not value.isdecimal():
                raise Problem(ProblemKind.MALFORMED, "AKS-API-021", "_count is not a number.", code="value")
            return min(int(value), most)
    return default


def period(query: Pairs, wanted: str) -> tuple[datetime, datetime] | None:
    """[from, to) that a date or time names. Raises MALFORMED AKS-API-022."""
    for name, value in query:
        if name == wanted:
            try:
                # A form decoder turns the + of a zone into a space.
                return date.period(value.replace(" ", "+"))
            except ValueError:
                raise Problem(
                    ProblemKind.MALFORMED, "AKS-API-022", f"{wanted} is not a date or a time.", code="value"
                ) from None
    return None


def moment(query: Pairs, wanted: str) -> datetime | None:
    """The first instant of what a date or time names."""
    found = period(query, wanted)
    return found[0] if found else None
