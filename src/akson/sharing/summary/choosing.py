"""Which of the record's resources a summary says, section by section. Pure.

Of what somebody lives with now: problems and allergies that hold, medicines in use, the newest of each measurement. The
record is the whole; a summary is the essential. Source: IPS 2.0, Structure of the International Patient Summary.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from akson.sharing.summary.codes import LOINC, NONE_KNOWN, NOT_ASKED
from akson.sharing.summary.reading import Resource, codes, reference, when

MEDICATION_LIST = "10160-0"
IN_USE = ("active", "intended", "on-hold")
RESULTS_MAX = 30
"""Of different tests; of each the newest."""
PROCEDURES_MAX = 20
_PAST = frozenset({"inactive", "remission", "resolved"})
_UNTRUE = frozenset({"refuted", "entered-in-error"})
_FOUND = ("final", "amended", "corrected")
_VITALS = frozenset(
    {"85354-9", "8480-6", "8462-4", "8867-4", "9279-1", "8310-5", "59408-5", "2708-6", "29463-7", "8302-2"}
)

Chosen = Callable[[Sequence[Resource]], list[Resource]]


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the document. `types`: what its entries are in the record."""

    code: str
    display: str
    """In LOINC's words."""
    title: str
    types: tuple[str, ...]
    choose: Chosen
    required: bool = False


def none_known(resource: Resource) -> bool:
    """Whether a line says that it was asked, and that there is none."""
    concept = resource.get("code") or resource.get("medicationCodeableConcept")
    return any((resource["resourceType"], code) in NONE_KNOWN for code in codes(concept))


def _true(resource: Resource) -> bool:
    return not _UNTRUE & {*codes(resource.get("verificationStatus")), str(resource.get("status", ""))}


def _now(resource: Resource) -> bool:
    return not _PAST & set(codes(resource.get("clinicalStatus")))


def _of(resources: Iterable[Resource], type: str) -> list[Resource]:
    return [r for r in resources if r["resourceType"] == type]


def _told(found: list[Resource]) -> list[Resource]:
    """«None known» stands alone or not at all: beside a line it would gainsay it."""
    return [r for r in found if not none_known(r)] or found[:1]


def _allergies(rows: Sequence[Resource]) -> list[Resource]:
    return _told([r for r in _of(rows, "AllergyIntolerance") if _true(r) and _now(r)])


def _problems(rows: Sequence[Resource]) -> list[Resource]:
    return _told([r for r in _of(rows, "Condition") if _true(r) and _now(r)])


def _past_problems(rows: Sequence[Resource]) -> list[Resource]:
    return [r for r in _of(rows, "Condition") if _true(r) and not _now(r) and not none_known(r)]


def _medicines(rows: Sequence[Resource]) -> list[Resource]:
    return [r for r in _of(rows, "MedicationStatement") if r.get("status") in IN_USE]


def _newest(found: Iterable[Resource], most: int) -> list[Resource]:
    """Of each code the newest, newest first."""
    by_code: dict[tuple[str, ...], Resource] = {}
    for one in sorted(
        found, key=lambda r: (when(r, "effectiveDateTime", "effectivePeriod", "issued"), str(r["id"]))
    ):
        by_code[codes(one.get("code"))[:1] or (str((one.get("code") or {}).get("text")),)] = one
    return [*reversed(by_code.values())][:most]


def _observed(rows: Sequence[Resource], category: str) -> list[Resource]:
    found = [r for r in _of(rows, "Observation") if r.get("status") in _FOUND]
    return [r for r in found if category in _categories(r)]


def _categories(observation: Resource) -> set[str]:
    told = {code for one in observation.get("category") or [] for code in codes(one)}
    return told or ({"vital-signs"} if _VITALS & set(codes(observation.get("code"))) else set())


def _vitals(rows: Sequence[Resource]) -> list[Resource]:
    return _newest(_observed(rows, "vital-signs"), RESULTS_MAX)


def _results(rows: Sequence[Resource]) -> list[Resource]:
    return _newest(_observed(rows, "laboratory"), RESULTS_MAX)


def _procedures(rows: Sequence[Resource]) -> list[Resource]:
    found = [r for r in _of(rows, "Procedure") if r.get("status") in ("completed", "in-progress")]
    found.sort(key=lambda r: (when(r, "performedDateTime", "performedPeriod"), str(r["id"])), reverse=True)
    return found[:PROCEDURES_MAX]


def _with_status(type: str, *statuses: str) -> Chosen:
    return lambda rows: [r for r in _of(rows, type) if r.get("status") in statuses]


SECTIONS = (
    Section("48765-2", "Allergies and adverse reactions Document", "Allergier", ("AllergyIntolerance",),
            _allergies, required=True),
    Section("10160-0", "History of Medication use Narrative", "Legemidler i bruk", ("MedicationStatement",),
            _medicines, required=True),
    Section("11450-4", "Problem list - Reported", "Helseproblemer", ("Condition",), _problems, required=True),
    Section("104605-1", "Alert", "Varsler", ("Flag",), _with_status("Flag", "active")),
    Section("11369-6", "History of Immunization note", "Vaksiner", ("Immunization",),
            _with_status("Immunization", "completed")),
    Section("8716-3", "Vital signs note", "Siste målinger", ("Observation",), _vitals),
    Section("30954-2", "Relevant diagnostic tests/laboratory data note", "Prøvesvar", ("Observation",), _results),
    Section("47519-4", "History of Procedures Document", "Inngrep", ("Procedure",), _procedures),
    Section("46264-8", "History of medical device use", "Medisinsk utstyr", ("DeviceUseStatement",),
            _with_status("DeviceUseStatement", "active", "on-hold")),
    Section("18776-5", "Plan of care note", "Plan", ("CarePlan",), _with_status("CarePlan", "active", "on-hold")),
    Section("11348-0", "History of Past illness note", "Tidligere helseproblemer", ("Condition",), _past_problems),
)  # fmt: skip
"""In the order that a reader in a hurry needs them."""
READ = ("Patient", "List", *dict.fromkeys(type for section in SECTIONS for type in section.types))
"""The types of resources that a summary is made of."""


def asked_for_medicines(rows: Iterable[Resource]) -> tuple[str, Resource | None]:
    """What the municipality's own newest list says of itself: (`nilknown` or `notasked` or "", the list)."""
    own = [r for r in _of(rows, "List") if r.get("mode") == "working" and r.get("status") == "current"]
    lists = [r for r in own if _is_medication_list(r)]
    if not lists:
        return "", None
    newest = max(lists, key=lambda r: (when(r, "date"), str(r["id"])))
    if any(reference(e.get("item")) for e in newest.get("entry") or [] if not e.get("deleted")):
        return "", newest
    told = codes(newest.get("emptyReason"))
    return next((code for code in told if code in ("nilknown", NOT_ASKED)), ""), newest


def _is_medication_list(one: Resource) -> bool:
    codings = (one.get("code") or {}).get("coding") or []
    return any(c.get("system") == LOINC and c.get("code") == MEDICATION_LIST for c in codings)
