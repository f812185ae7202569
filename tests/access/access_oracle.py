"""The second opinion: the rules as Cedar holds them, asked once for each patient of a resource.

A resource of several patients is opened when nothing forbids it for any of them and one ground permits it for each. What
Cedar cannot count (is there a valid row?) is worked out here, from the words of the contract, without `akson.access`.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import cedarpy
from access_questions import Asked, drafting, giving, holding, owning, questions

TEXT = (Path(__file__).parent / "cedar" / "policies.cedar").read_text(encoding="utf-8")
GROUNDS: dict[str, str] = {
    id: policy["annotations"]["ground"]
    for id, policy in json.loads(cedarpy.policies_to_json_str(TEXT))["staticPolicies"].items()
}
GIVING = (
    *("give-service-decision", "give-care-team", "give-worklist", "give-visit", "give-ward", "give-referral"),
    *("give-message", "give-gp-list"),
)
GROUPS = {
    "looking": ("read", "search", "history", "log"),
    "caring": ("read", "search", "history", "create", "update", "delete", "log"),
    "asking": ("read", "search"),
    "assigning": (
        "give-service-decision",
        "give-care-team",
        "give-worklist",
        "give-visit",
        "give-ward",
        "give-referral",
    ),
    "caregiving": ("give-referral", "give-visit", "give-ward"),
    "registering": ("read", "search", "create", "update", "represent", "close", "person"),
    "delivering": ("create", *GIVING),
    "minding": ("open-message", "match-message"),
}
ACTIONS = (
    *("read", "search", "history", "create", "update", "delete", "log", "identify", "erase"),
    *(*GIVING, "represent", "close", "person"),
    *("open-message", "match-message", "hold-bed"),
)
CLASS_OF = {
    **dict.fromkeys(("Patient", "RelatedPerson"), "demographic"),
    **dict.fromkeys(("EpisodeOfCare", "Appointment", "CareTeam", "ServiceRequest"), "service"),
    **dict.fromkeys(("Task", "Encounter", "Communication"), "message"),
    **dict.fromkeys(("Organization", "Practitioner", "Location"), "reference"),
}
QUESTIONS = 20_000
BATCH = 500
_POLICIES = cedarpy.PolicySet.from_str(TEXT)
_ACTIONS = [
    {
        "uid": {"type": "Action", "id": action},
        "attrs": {},
        "parents": [
            {"type": "Action", "id": group} for group, members in GROUPS.items() if action in members
        ],
    }
    for action in ACTIONS
] + [{"uid": {"type": "Action", "id": group}, "attrs": {}, "parents": []} for group in GROUPS]


class Opinion(NamedTuple):
    permit: bool
    grounds: tuple[str, ...]
    """Of the text, those that decided."""


@lru_cache(maxsize=1)
def opinions(seed: int, count: int = QUESTIONS) -> list[tuple[Asked, Opinion]]:
    """The questions of a seed, each with what Cedar says."""
    asked = [
        *questions(seed, count),
        *giving(seed, count // 2),
        *owning(seed, count // 10),
        *holding(seed, count // 20),
        *drafting(seed, count // 20),
    ]
    found: list[Opinion] = []
    rest = iter(asked)
    while batch := list(islice(rest, BATCH)):
        found += _batch(batch)
    return list(zip(asked, found, strict=True))


def _batch(asked: Sequence[Asked]) -> Iterator[Opinion]:
    requests, entities, owners = [], [*_ACTIONS], []
    for number, one in enumerate(asked):
        entities += [_asker(number, one), _thing(number, one)]
        for patient in one.facts.patients or ("",):
            owners.append(number)
            requests.append(
                {
                    "principal": {"type": "Asker", "id": str(number)},
                    "action": {"type": "Action", "id": one.question.action},
                    "resource": {"type": "Thing", "id": str(number)},
                    "context": _context(one, patient),
                }
            )
    results = cedarpy.is_authorized_batch(requests, _POLICIES, entities)
    by_question: list[list[cedarpy.AuthzResult]] = [[] for _ in asked]
    for owner, result in zip(owners, results, strict=True):
        assert not result.diagnostics.errors, result.diagnostics.errors
        by_question[owner].append(result)
    return (_joined(answers) for answers in by_question)


def _joined(answers: list[cedarpy.AuthzResult]) -> Opinion:
    reasons = [set(a.diagnostics.reasons) for a in answers]
    if all(a.allowed for a in answers):
        common = set.intersection(*reasons)
        return Opinion(bool(common), tuple(sorted(GROUNDS[id] for id in common)))
    against = {GROUNDS[id] for a, r in zip(answers, reasons, strict=True) if not a.allowed for id in r}
    return Opinion(False, tuple(sorted(against)))


def _asker(number: int, one: Asked) -> dict:
    return {
        "uid": {"type": "Asker", "id": str(number)},
        "attrs": {
            "kind": one.actor.kind.value,
            "role": one.actor.role,
            "service": one.actor.service,
            "level": one.actor.level,
            "foreign": one.actor.attested is not None,
            "fromOutside": one.actor.client != "",
        },
        "parents": [],
    }


def _thing(number: int, one: Asked) -> dict:
    return {
        "uid": {"type": "Thing", "id": str(number)},
        "attrs": {
            "class": CLASS_OF.get(one.question.type, "clinical"),
            "type": one.question.type,
            "labels": list(one.facts.labels),
            "ofPatient": len(one.facts.patients) > 0,
        },
        "parents": [],
    }


def _context(one: Asked, patient: str) -> dict:
    actor, facts, at = one.actor, one.facts, one.question.at
    person = {actor.reference} - {""}
    units = person | set(actor.organisations)
    word, places = actor.attested, _places(one)
    traits = next((t for t in facts.traits if t.patient == patient), None)
    born = traits.birth_date if traits else None
    basis = [r for r in facts.representations if _covers(r, one, patient)]
    return {
        "purpose": one.purpose.value,
        "toPerson": _kinds(one, patient, person),
        "toPersonOrUnit": _kinds(one, patient, units),
        "toEnterprise": _kinds(one, patient, person | places),
        "owned": any(_owners(said) & units for said in facts.matches),
        "draftOfAnother": any(author != actor.reference or not author for author in _authors(one)),
        "self": patient != "" and actor.reference == f"Patient/{patient}",
        "alsoStaff": patient != "" and actor.own_patient == f"Patient/{patient}",
        "chosen": patient != "" and f"Patient/{patient}" in actor.on_behalf_of,
        "basis": sorted({r.basis for r in basis}),
        "basisAtAddress": sorted({r.basis for r in basis if r.shares_address}),
        "born": born is not None,
        "agedays": _number(at.astimezone(ZoneInfo("Europe/Oslo"))) - _number(born) if born else 0,
        "protected": bool(traits and traits.protected),
        "released": facts.released is None or not at < facts.released,
        "blocked": _closed("block", one, patient),
        "restricted": _closed("restrict", one, patient),
        "lifted": bool(facts.patients) and all("lifted" in _kinds(one, p, person) for p in facts.patients),
        "attested": word is not None and patient in word.patients,
        "forThis": word is not None and word.purpose == one.purpose,
        "agreement": bool(places & set(one.policy.agreement)),
        "model": one.policy.trust_model,
    }


def _owners(said: str) -> set[str]:
    """Who owns it, of what the resource says: `owner=Practitioner/ida%2COrganization/ost`."""
    param, _, value = said.partition("=")
    return set(unquote(value).split(",")) if param == "owner" else set()


def _authors(one: Asked) -> list[str]:
    """Who is writing it, of what its labels say: `draft-of:Practitioner/ida`."""
    return [label.split(":", 1)[1] for label in one.facts.labels if label.startswith("draft-of:")]


def _places(one: Asked) -> set[str]:
    """Units by reference, and the enterprise that vouches by its number."""
    word = one.actor.attested
    numbers = {word.legal_entity, word.point_of_care} - {""} if word else set()
    return set(one.actor.organisations) | {f"urn:oid:2.16.578.1.12.4.1.4.101|{n}" for n in numbers}


def _number(day: datetime) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _lasts(start: datetime | None, end: datetime | None, at: datetime) -> bool:
    """From its start, and until but not including its end."""
    if start is not None and at < start:
        return False
    return end is None or at < end


def _kinds(one: Asked, patient: str, grantees: set[str]) -> list[str]:
    return sorted(
        {
            r.kind
            for r in one.facts.relations
            if r.patient == patient
            and r.grantee in grantees
            and _lasts(r.valid_from, r.valid_to, one.question.at)
        }
    )


def _covers(row, one: Asked, patient: str) -> bool:
    """Valid now, by the one who asks, and whole or naming this kind of data or a label of it."""
    if row.patient != patient or row.representative != one.actor.reference or not row.representative:
        return False
    if not _lasts(row.valid_from, row.valid_to, one.question.at):
        return False
    kind = "log" if one.question.action == "log" else CLASS_OF.get(one.question.type, "clinical")
    here = {kind, *one.facts.labels}
    return row.categories == () or len(here & set(row.categories)) > 0


def _closed(kind: str, one: Asked, patient: str) -> bool:
    """Volven 7608 and the national schema: listed, or all except the listed; every stated dimension must reach."""
    here = {
        "persons": {one.actor.reference} - {""},
        "roles": {one.actor.role},
        "enterprises": _places(one),
        "categories": {CLASS_OF.get(one.question.type, "clinical"), *one.facts.labels},
    }
    for row in one.facts.barriers:
        if row.patient != patient or row.kind != kind:
            continue
        if not _lasts(row.valid_from, row.valid_to, one.question.at):
            continue
        reached = True
        for dimension, mine in here.items():
            stated = set(getattr(row, dimension))
            if not stated:
                continue
            listed = not mine.isdisjoint(stated)
            if getattr(row, f"{dimension}_except"):
                reached = reached and not listed
            else:
                reached = reached and listed
        if reached:
            return True
    return False
