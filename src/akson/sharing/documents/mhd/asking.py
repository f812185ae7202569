"""The parameters of ITI-67 as `Wanted`, and of ITI-68 as a unique id. Pure. Spec: MHD 4.2, 3.67.4.1.2 and 3.68.

A parameter that is not known is refused, never passed over: what asks for less must not be answered with more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search import parse
from akson.fhir.search.query import DateValue, TokenValue
from akson.sharing.documents.codes import CONFIDENTIALITY, FHIR_CONFIDENTIALITY, NATIONAL_IDS
from akson.sharing.documents.made import bare_id
from akson.sharing.documents.wanted import EVER, Codes, Period, Wanted

Pairs = Sequence[tuple[str, str]]
COUNT_MAX = 200
COUNT = 50
_TOKENS = {
    "type": "types",
    "category": "classes",
    "format": "formats",
    "security-label": "confidentiality",
    "facility": "facilities",
    "setting": "practices",
}
_DATES = {"creation": "created", "date": "created"}
_PASSED_OVER = ("_format", "_pretty", "_sort", "_total")
"""What changes no answer: always newest first, always with the total."""


@dataclass(frozen=True, slots=True)
class Find:
    """A question of ITI-67."""

    number: str
    system: str
    """OID, or "" for any series of national ids."""
    patient: str
    """Id here, of whoever knows it; else ""."""
    wanted: Wanted
    count: int = COUNT
    offset: int = 0
    rest: tuple[tuple[str, str], ...] = ()
    """The parameters without the patient and the page, for the link to the next one."""


def find(pairs: Pairs) -> Find:
    """Raises INVALID AKS-DOC-010 without one patient, UNSUPPORTED 011 for a parameter, INVALID 012 for a value."""
    number = system = patient = author = ""
    values: dict[str, object] = {}
    count, offset, rest = COUNT, 0, []
    for name, value in pairs:
        match name:
            case "patient.identifier" | "subject.identifier":
                system, _, number = value.rpartition("|")
                system = system.removeprefix("urn:oid:")
            case "patient" | "subject":
                patient = value.removeprefix("Patient/")
            case "_count":
                count = min(max(_whole(name, value), 1), COUNT_MAX)
            case "_offset":
                offset = _whole(name, value)
            case "author.family" | "author.given":
                author = value
            case "identifier":
                values["named"] = _identified(value)
            case "status":
                told = {one.rpartition("|")[2] for one in value.split(",")}
                values["approved"] = tuple(
                    approved for word, approved in (("current", True), ("superseded", False)) if word in told
                )
            case _ if name in _TOKENS:
                values[_TOKENS[name]] = _codes(name, value)
            case _ if name in _DATES:
                field = _DATES[name]
                before = values.get(field, EVER)
                assert isinstance(before, Period)
                values[field] = _narrowed(before, name, value)
            case _ if name not in _PASSED_OVER:
                raise Problem(
                    ProblemKind.UNSUPPORTED,
                    "AKS-DOC-011",
                    "This search parameter is not offered for documents.",
                    why=f"`{name[:40]}` is not one of those that GET /mhd/metadata lists.",
                )
        if name not in (
            "patient",
            "subject",
            "patient.identifier",
            "subject.identifier",
            "_count",
            "_offset",
        ):
            rest.append((name, value))
    if bool(number) == bool(patient) or (system and system not in NATIONAL_IDS):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-DOC-010",
            "The question does not name one patient.",
            now="Give patient.identifier=urn:oid:2.16.578.1.12.4.1.4.1|<number> in the body of POST _search.",
        )
    return Find(number, system, patient, Wanted(**values, author=author), count, offset, tuple(rest))  # type: ignore[arg-type]


def get(pairs: Pairs) -> tuple[str, str, str]:
    """(documentUniqueId, repositoryUniqueId or "", homeCommunityId or ""). Raises INVALID AKS-DOC-013 without the first."""
    told = {name.lower(): value for name, value in pairs}
    unique = told.get("documentuniqueid", "")
    if not unique:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-DOC-013",
            "The question does not name a document.",
            now="Give documentUniqueId, as content.attachment.url of the DocumentReference has it.",
        )
    rest = (told.get(name, "").removeprefix("urn:oid:") for name in ("repositoryuniqueid", "homecommunityid"))
    repository, home = rest
    return bare_id(unique), repository, home


def _identified(value: str) -> tuple[str, ...]:
    """By entryUUID or by uniqueId: which of them it is, the value alone does not tell."""
    system, _, plain = value.rpartition("|")
    if system.startswith("urn:oid:"):
        return (f"{system.removeprefix('urn:oid:')}^{plain}",)
    return (plain, bare_id(plain))


def _codes(name: str, value: str) -> Codes:
    found = []
    for one in _terms(name, value):
        if not isinstance(one, TokenValue) or not one.code:
            raise _odd(name)
        system = (one.system or "").removeprefix("urn:oid:")
        found.append((one.code, CONFIDENTIALITY if system == FHIR_CONFIDENTIALITY else system))
    return tuple(found)


def _narrowed(before: Period, name: str, value: str) -> Period:
    since, until = before.since, before.before
    for one in _terms("date", value):
        if not isinstance(one, DateValue) or one.prefix not in ("eq", "ge", "gt", "le", "lt"):
            raise _odd(name)
        if one.prefix in ("eq", "ge", "gt"):
            start = one.hi if one.prefix == "gt" else one.lo
            since = max(filter(None, (since, start)))
        if one.prefix in ("eq", "le", "lt"):
            end = one.lo if one.prefix == "lt" else one.hi
            until = min(filter(None, (until, end)))
    return Period(since, until)


def _terms(name: str, value: str) -> Sequence[object]:
    terms = parse("DocumentReference", [(name, value)]).terms
    if not terms:
        raise _odd(name)
    return terms[0].values


def _whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 9):
        raise _odd(name)
    return int(value)


def _odd(name: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-DOC-012",
        "The value of a search parameter cannot be read.",
        why=f"It is `{name}`.",
    )
