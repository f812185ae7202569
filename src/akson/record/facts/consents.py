"""What an active Consent closes and whom it lets act: barriers (7608) and representations (7611). Profile: docs/consents.md.

    provision deny, actors, class, securityLabel        closes to those named, of what is named; nothing named: all
    … nested permit                                     all but: what it names is not closed
    category storage-choice no-sharing                  closes to everyone who works elsewhere (`choices.py`)
    provision permit with a basis of 7611, actor        represents, for what class and securityLabel name; none: whole

A Consent that this cannot read whole closes more than it says, never less, and lets nobody act.
Spec: https://hl7.org/fhir/R4/consent.html; pasientjournalloven § 17, pasient- og brukerrettighetsloven §§ 3-3, 3-4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from akson.access.actor import ELSEWHERE, HPR_NUMBERS, ORGANISATION_NUMBERS
from akson.access.data_classes import DataClass, data_class
from akson.access.facts import Barrier, Representation
from akson.record.facts.choices import choices
from akson.record.facts.elements import Json, bounds, codings, patient_id, reference

KINDS_7608 = {"BL": "block", "SP": "restrict"}
BASES = {
    "FO": "parental",
    "FU": "power-of-attorney",
    "TD": "power-of-attorney",
    "VE": "guardian",
    "POWATT": "power-of-attorney",
    "DPOWATT": "power-of-attorney",
    "HPOWATT": "power-of-attorney",
    "SPOWATT": "power-of-attorney",
    "GUARD": "guardian",
    "GUADLTM": "guardian",
}
"""Volven 7611, v3-RoleCode and v3-RoleClass -> basis. A power of attorney stands before a guardian before a parent."""
ROLE_SYSTEM = "https://akson.no/fhir/CodeSystem/role"
"""An actor whose role is coded in it means everyone in that role."""
_V3 = "http://terminology.hl7.org/CodeSystem/v3-"
_RANK = ("power-of-attorney", "guardian", "parental")
_PRIVACY = "patient-privacy"
_TYPES_SYSTEM = "http://hl7.org/fhir/resource-types"
_CARE_PURPOSES = frozenset({"TREAT", "ETREAT", "CAREMGT", "CLINTRCH", "PATRQT", "HOPERAT", "treatment"})
_REPRESENTATIVES = ("RelatedPerson/", "Patient/", "Practitioner/")
_DIMENSIONS = ("persons", "roles", "enterprises", "categories")


@dataclass(frozen=True, slots=True)
class _Named:
    """Whom and what one provision names."""

    persons: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    enterprises: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    unread: bool = False
    """It names somebody or something that cannot be read."""


def barriers(consent: Json) -> Iterator[Barrier]:
    whose = patient_id(consent.get("patient"))
    provision = consent.get("provision")
    if consent.get("status") != "active" or not whose:
        return
    if "no-sharing" in choices(consent):
        yield Barrier(whose, "block", enterprises=(ELSEWHERE,), source=_source(consent))
    if not isinstance(provision, Mapping):
        return
    for denial in _denials(provision, outer=None):
        kind = _kind(consent, provision, denial)
        if kind is not None and _concerns_care(denial):
            yield from _closed(denial, kind, whose, consent)


def representations(consent: Json) -> Iterator[Representation]:
    whose = patient_id(consent.get("patient"))
    provision = consent.get("provision")
    if consent.get("status") != "active" or not whose or not isinstance(provision, Mapping):
        return
    # Without a type R4 leaves the meaning to the policy; a basis of representation says it.
    if provision.get("type", "permit") != "permit":
        return
    covered = _covered(provision)
    if covered is None:
        return
    start, end = bounds(provision.get("period"))
    general = _basis(consent.get("category"), provision.get("code"))
    for actor in provision.get("actor", ()):
        basis = _basis(actor.get("role")) or general
        person = reference(actor.get("reference"))
        if basis and person.startswith(_REPRESENTATIVES) and person != f"Patient/{whose}":
            yield Representation(whose, person, basis, covered, start, end, source=_source(consent))


def _denials(provision: Json, *, outer: str | None) -> Iterator[Json]:
    """Every denying provision that stands in none that denies. Without a type it is the exception to what is around it."""
    type = provision.get("type") or ("permit" if outer in (None, "deny") else "deny")
    if type == "deny":
        yield provision
        return
    for inner in provision.get("provision", ()):
        yield from _denials(inner, outer=type)


def _kind(consent: Json, root: Json, denial: Json) -> str | None:
    """`block` or `restrict`: the nearest code of 7608, else a plain denial of privacy restricts."""
    for where in (denial.get("code"), root.get("code"), consent.get("category")):
        found = {KINDS_7608[code] for _, code in codings(where) if code in KINDS_7608}
        if found:
            return "block" if "block" in found else "restrict"
    scopes = {code for _, code in codings(consent.get("scope"))}
    return "restrict" if _PRIVACY in scopes else None


def _concerns_care(provision: Json) -> bool:
    """A denial of research alone closes nothing to those who give care."""
    purposes = {code for _, code in codings(provision.get("purpose"))}
    return not purposes or bool(purposes & _CARE_PURPOSES)


def _closed(denial: Json, kind: str, whose: str, consent: Json) -> Iterator[Barrier]:
    """Without exceptions one barrier. With them one for each way of not being excepted: who falls under none of the
    exceptions fails each of them in some dimension."""
    start, end = bounds(denial.get("period"))
    named = _named(denial)
    base = Barrier(
        whose,
        kind,
        # What cannot be read is not a limit: the barrier then reaches everyone in that dimension.
        persons=() if named.unread else named.persons,
        roles=() if named.unread else named.roles,
        enterprises=() if named.unread else named.enterprises,
        categories=named.categories,
        valid_from=start,
        valid_to=end,
        source=_source(consent),
    )
    excepted = [found for inner in denial.get("provision", ()) if (found := _exception(inner)) is not None]
    ways = product(*([name for name in _DIMENSIONS if getattr(found, name)] for found in excepted))
    made: dict[Barrier, None] = {}
    for way in ways:
        barrier: Barrier | None = base
        for found, dimension in zip(excepted, way, strict=True):
            barrier = _but(barrier, dimension, getattr(found, dimension)) if barrier else None
        if barrier is not None:
            made[barrier] = None
    yield from made


def _exception(inner: Json) -> _Named | None:
    """What a nested permit leaves open; None when it cannot be read whole, is limited in time, or names nothing."""
    if (inner.get("type") or "permit") != "permit" or inner.get("period") or inner.get("provision"):
        return None
    named = _named(inner)
    if named.unread or not any(getattr(named, name) for name in _DIMENSIONS):
        return None
    return named


def _but(barrier: Barrier, dimension: str, names: tuple[str, ...]) -> Barrier | None:
    """The barrier without these in one dimension; None when nobody is left in it."""
    stated: tuple[str, ...] = getattr(barrier, dimension)
    turned: bool = getattr(barrier, f"{dimension}_except")
    changed: dict[str, Any] = {}
    if not stated or turned:
        changed[dimension] = tuple(dict.fromkeys((*stated, *names)))
        changed[f"{dimension}_except"] = True
        return replace(barrier, **changed)
    changed[dimension] = tuple(name for name in stated if name not in names)
    return replace(barrier, **changed) if changed[dimension] else None


def _named(provision: Json) -> _Named:
    persons, roles, enterprises = [], [], []
    unread = False
    for actor in provision.get("actor", ()):
        to = reference(actor.get("reference"))
        in_role = [code for system, code in codings(actor.get("role")) if system == ROLE_SYSTEM]
        if to.startswith("Organization/"):
            enterprises.append(to)
        elif to:
            persons.append(to)
        elif number := _numbered(actor.get("reference"), ORGANISATION_NUMBERS):
            enterprises.append(number)
        elif number := _numbered(actor.get("reference"), HPR_NUMBERS):
            persons.append(number)
        elif in_role:
            roles += in_role
        else:
            unread = True
    unread = unread or bool(provision.get("data"))
    return _Named(*map(_each_once, (persons, roles, enterprises, _categories(provision))), unread=unread)


def _numbered(written: Any, system: str) -> str:
    """`urn:oid:2.16.578.1.12.4.1.4.101|974633574`: an enterprise, or a professional, that has no resource here."""
    identifier = written.get("identifier", {}) if isinstance(written, Mapping) else {}
    if identifier.get("system") != system or not identifier.get("value"):
        return ""
    return f"{system}|{identifier['value']}"


def _categories(provision: Json) -> list[str]:
    """Data classes and labels. A resource type stands for its data class."""
    found = [code for _, code in codings(provision.get("securityLabel"))]
    for system, code in codings(provision.get("class")):
        found.append(data_class(code).value if system == _TYPES_SYSTEM else code)
    return found


def _covered(provision: Json) -> tuple[str, ...] | None:
    """What a representative may see: () is all. None when an exception cannot be said by what is left."""
    named = _each_once(_categories(provision))
    left_out: set[str] = set()
    for inner in provision.get("provision", ()):
        found = _named(inner)
        if inner.get("type") != "deny" or found.unread or found.persons or found.roles or found.enterprises:
            return None
        left_out.update(found.categories)
    if not left_out:
        return named
    classes = {kind.value for kind in DataClass}
    if not left_out <= classes:
        return None
    return tuple(name for name in (named or sorted(classes)) if name not in left_out) or None


def _basis(*concepts: Any) -> str | None:
    found = {
        BASES[code]
        for system, code in codings(*concepts)
        if code in BASES and ("7611" in system or system.startswith(_V3))
    }
    return next((basis for basis in _RANK if basis in found), None)


def _each_once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _source(consent: Json) -> str:
    return f"Consent/{consent.get('id', '')}"
