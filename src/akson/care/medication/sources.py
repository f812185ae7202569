"""What each source says that the patient uses: one list per source, as it was told and when.

A source's list is a FHIR List (LOINC 10160-0). What others told is a `snapshot` that carries its statements inside, so
that nobody who searches the record's MedicationStatements meets a medicine twice; the municipality's own is `working`
and refers to statements of the record. Which of them is right is not said here: that is a clinical decision.
Spec: https://hl7.org/fhir/R4/list.html, https://hl7.org/fhir/R4/medicationstatement.html.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from akson.care.fhir_json import Resource, display, instant, reference
from akson.care.medication.lines import Said, SourceKind, SourceLine, line_of

LOINC, MEDICATION_LIST = "http://loinc.org", "10160-0"
SOURCE = "https://akson.no/fhir/StructureDefinition/medication-source"
TITLES = {
    SourceKind.MUNICIPALITY: "Kommunens liste",
    SourceKind.HOSPITAL: "Sykehusets liste",
    SourceKind.GP: "Fastlegens liste",
    SourceKind.PLL: "Pasientens legemiddelliste",
    SourceKind.PHARMACY: "Multidose fra apoteket",
    SourceKind.PATIENT: "Pasient og pårørende",
    SourceKind.ABROAD: "Pasientsammendrag fra utlandet",
    SourceKind.OTHER: "Annen kilde",
}
_KINDS = frozenset(kind.value for kind in SourceKind)
_ONE_OF_A_KIND = (SourceKind.MUNICIPALITY, SourceKind.PLL, SourceKind.PHARMACY, SourceKind.PATIENT)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SourceList:
    reference: str
    """`List/h1`; "" for statements of the record that stand on no list."""
    kind: SourceKind
    title: str
    """`Kommunens liste`, `Epikrise fra Fjord sykehus`."""
    told_by: str
    """`Samtale med Marit Bakken (datter)`; who made the list."""
    at: datetime | None
    """When it was told."""
    said: Said
    lines: tuple[SourceLine, ...]
    """As the source ordered them, stopped ones too."""
    note: str = ""


def sources(rows: Iterable[Resource], at: datetime) -> tuple[SourceList, ...]:
    """Each source's newest list at that instant, oldest first: the order that the reconciliation engine asks for.

    `rows` are the patient's List, MedicationStatement and Medication resources in any order (others are looked past).
    Lists that are retired, entered in error or dated after `at` are left out. A record that has no list and no
    statement gives the municipality's list with `Said.NOT_ASKED`.
    """
    known = {f"{r['resourceType']}/{r['id']}": r for r in rows if r.get("id")}
    lists = [r for r in known.values() if is_medication_list(r) and _stands(r, at)]
    statements = {ref: r for ref, r in known.items() if r["resourceType"] == "MedicationStatement"}
    found: dict[tuple[SourceKind, str], SourceList] = {}
    taken: set[str] = set()
    for one in sorted(lists, key=lambda r: (_at(r), str(r["id"]))):
        taken.update(_entries(one))
        source = _source_list(one, known)
        who = "" if source.kind in _ONE_OF_A_KIND else source.told_by
        found[source.kind, who] = source
    # What the record holds and no list names stands on the municipality's own: nothing of it may be lost to view.
    loose = [
        line_of(r, ref, SourceKind.MUNICIPALITY, known) for ref, r in statements.items() if ref not in taken
    ]
    own = (SourceKind.MUNICIPALITY, "")
    found[own] = _with_loose(found.get(own), [line for line in loose if line is not None])
    return tuple(sorted(found.values(), key=lambda source: source.at or _LONG_AGO))


def is_medication_list(resource: Resource) -> bool:
    codings = (resource.get("code") or {}).get("coding") or []
    told = any(c.get("system") == LOINC and c.get("code") == MEDICATION_LIST for c in codings)
    return resource.get("resourceType") == "List" and told


def _stands(one: Resource, at: datetime) -> bool:
    return one.get("status") == "current" and _at(one) <= at


def _at(one: Resource) -> datetime:
    return instant(one.get("date")) or _LONG_AGO


def _entries(one: Resource) -> list[str]:
    """What stands on it; an entry that is marked as deleted does not."""
    return [reference(e.get("item")) for e in one.get("entry") or [] if not e.get("deleted")]


def kind_of(one: Resource) -> SourceKind:
    """By the extension; a list without it is told by its mode, and by whether a patient or her kin made it."""
    code = next((e.get("valueCode") for e in one.get("extension") or [] if e.get("url") == SOURCE), None)
    if code in _KINDS:
        return SourceKind(code)
    if one.get("mode") == "working":
        return SourceKind.MUNICIPALITY
    by = reference(one.get("source")).partition("/")[0]
    return SourceKind.PATIENT if by in ("Patient", "RelatedPerson") else SourceKind.OTHER


def _source_list(one: Resource, known: Mapping[str, Resource]) -> SourceList:
    kind, ref = kind_of(one), f"List/{one['id']}"
    inside = {f"#{c.get('id')}": c for c in one.get("contained") or []}
    around = {**known, **inside}
    lines: list[SourceLine] = []
    for entry in _entries(one):
        statement = around.get(entry)
        if statement is None or statement.get("resourceType") != "MedicationStatement":
            continue
        line = line_of(statement, f"{ref}{entry}" if entry in inside else entry, kind, around)
        if line is not None:
            lines.append(line)
    return SourceList(
        reference=ref,
        kind=kind,
        title=str(one.get("title") or TITLES[kind]),
        told_by=display(one.get("source")),
        at=instant(one.get("date")),
        said=_said(one, lines),
        lines=tuple(lines),
        note=" ".join(n.get("text", "") for n in one.get("note") or []),
    )


def _said(one: Resource, lines: Sequence[SourceLine]) -> Said:
    if lines:
        return Said.LINES
    if _entries(one):
        return Said.UNKNOWN  # it names lines that this reader does not have
    codes = [c.get("code") for c in (one.get("emptyReason") or {}).get("coding") or []]
    return next((Said(code) for code in codes if code in (Said.NONE, Said.NOT_ASKED)), Said.UNKNOWN)


def _with_loose(own: SourceList | None, loose: list[SourceLine]) -> SourceList:
    if own is None:
        said = Said.LINES if loose else Said.NOT_ASKED
        own = SourceList("", SourceKind.MUNICIPALITY, TITLES[SourceKind.MUNICIPALITY], "", None, said, ())
    if not loose:
        return own
    return replace(own, said=Said.LINES, lines=(*own.lines, *loose))
