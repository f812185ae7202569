"""The citizen closes her record, and opens it again: a Consent as docs/consents.md says, written by this act alone.

    close_to(session, 'astrid', Closing('block', persons=('Practitioner/siri',)))    -> Consent id
    end_closing(session, 'astrid', 'consent-id')                                                   no longer active

Only the person herself does this; who represents her does not. Source: pasientjournalloven § 17; pasient- og
brukerrettighetsloven § 5-3; Volven 7608.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from akson.access import words
from akson.access.actor import ELSEWHERE, ActorKind
from akson.access.decision import NoPatient, Reason
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, ReferenceValue, StringValue, Term, TokenValue
from akson.record.acts import judging, letters
from akson.record.facts import consents
from akson.record.facts.elements import codings, patient_id, reference
from akson.record.guard import not_found
from akson.record.values import ID, Change

if TYPE_CHECKING:
    from akson.record.session import RecordSession

ACTION = "close"
SYSTEM_7608 = "urn:oid:2.16.578.1.12.4.1.1.7608"
CLASS_SYSTEM = "https://akson.no/fhir/CodeSystem/data-class"
LABEL_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CODES = MappingProxyType({"block": "BL", "restrict": "SP"})
KIND_WORDS: Mapping[str, str] = MappingProxyType({"block": "Blokkert", "restrict": "Sperret"})
ROLES = ("nurse", "health-worker", "doctor", "gp", "caseworker")
"""Roles that see anything a citizen may close."""
CLASSES = ("clinical", "message", "service")
LABELS: Mapping[str, str] = MappingProxyType(
    {"PSY": "psykisk helse", "SUD": "rus", "SEX": "seksuell helse", "HIV": "hiv"}
)
"""Labels of resources (v3 ActCode) that may be closed alone."""
CHANGED = Reason(
    "AKS-RULE-OWN-RECORD",
    "permit",
    "Du endret hva som er sperret i journalen din.",
    "pasientjournalloven § 17",
    "You changed what is closed in your own record.",
)
STAFF_MAX = 10
UNITS_MAX = 200
NAME_LEAST = 3
"""Letters of a name that is looked for."""


@dataclass(frozen=True, slots=True)
class Closing:
    """To whom and what; a dimension that is not stated reaches everyone, or everything."""

    kind: str
    """`block` or `restrict`."""
    persons: tuple[str, ...] = ()
    """References of Practitioners."""
    roles: tuple[str, ...] = ()
    enterprises: tuple[str, ...] = ()
    """References of Organizations."""
    categories: tuple[str, ...] = ()
    """Data classes or labels."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One that stands, in words."""

    id: str
    kind: str
    to: tuple[str, ...]
    of: tuple[str, ...]
    since: str
    """A FHIR date or instant; ""."""
    readable: bool = field(default=True)
    """False when it says something that the node cannot read, and so closes more than it says."""


async def close_to(session: "RecordSession", patient: str, closing: Closing) -> str:
    """Raises Problem FORBIDDEN AKS-RECORD-055 for anybody but herself, INVALID AKS-RECORD-056 for what closes nothing."""
    await herself(session, patient)
    if closing.kind not in CODES or not _known(closing):
        raise _says_nothing()
    parties = await _parties(session, closing)
    name = await letters.name_of(session, patient)
    resource = consent(patient, name, closing, parties, letters.instant(session.at))
    done = await judging.commit(
        session, ACTION, judging.own_act(session, CHANGED), [Change("POST", "Consent", resource=resource)]
    )
    return done[0].version.id


async def end_closing(session: "RecordSession", patient: str, id: str) -> None:
    """From now on it closes nothing; that it did, stays. Raises Problem FORBIDDEN AKS-RECORD-055 or NOT_FOUND."""
    await herself(session, patient)
    key = ("Consent", id)
    found = (
        (await session.record.store.current(session.actor.tenant, [key])).get(key)
        if ID.fullmatch(id)
        else None
    )
    body: dict[str, Any] = json.parse(found.body) if found and found.body else {}
    if patient_id(body.get("patient")) != patient or not any(consents.barriers(body)):
        raise not_found()
    change = Change("PUT", "Consent", id=id, resource={**body, "status": "inactive"})
    await judging.commit(session, ACTION, judging.own_act(session, CHANGED), [change])


async def closings(session: "RecordSession", patient: str) -> tuple[Standing, ...]:
    """What she has closed now, as she or who represents her may see it. Raises Problem NOT_FOUND when she may not."""
    found = (_standing(body) for body in await active(session, patient))
    return tuple(standing for standing in found if standing is not None)


async def active(session: "RecordSession", patient: str) -> list[dict[str, Any]]:
    """Her Consents that stand."""
    query = Query(
        "Consent",
        (
            Term("patient", "reference", None, (ReferenceValue("Patient", patient),)),
            Term("status", "token", None, (TokenValue(None, "active"),)),
        ),
        count=UNITS_MAX,
    )
    return [json.parse(version.body or b"{}") for version in (await session.search(query)).matches]


async def staff_named(session: "RecordSession", name: str) -> tuple[tuple[str, str], ...]:
    """(reference, name) of people who work here and whose names begin so. For a citizen who closes her record."""
    parts = [part for part in name.split() if part]
    if session.actor.kind is not ActorKind.CITIZEN or len(name.strip()) < NAME_LEAST:
        return ()
    terms = tuple(Term("name", "string", None, (StringValue(part),)) for part in parts)
    found = await _open_data(session, Query("Practitioner", terms, count=STAFF_MAX))
    return tuple((f"Practitioner/{body['id']}", _name(body)) for body in found if body.get("active", True))


async def units(session: "RecordSession") -> tuple[tuple[str, str], ...]:
    """(reference, name) of the units and enterprises that may be closed to."""
    if session.actor.kind is not ActorKind.CITIZEN:
        return ()
    found = await _open_data(session, Query("Organization", (), count=UNITS_MAX))
    return tuple(sorted(((f"Organization/{b['id']}", b.get("name", "")) for b in found), key=lambda u: u[1]))


def consent(patient: str, name: str, closing: Closing, parties: Mapping[str, str], at: str) -> dict[str, Any]:
    """The Consent that says it. Pure."""
    code = CODES[closing.kind]
    actors = [
        *(_party(reference, shown) for reference, shown in parties.items()),
        *(_role(role) for role in closing.roles),
    ]
    classes = [{"system": CLASS_SYSTEM, "code": c} for c in closing.categories if c in CLASSES]
    labels = [{"system": LABEL_SYSTEM, "code": c} for c in closing.categories if c in LABELS]
    provision: dict[str, Any] = {"type": "deny", "period": {"start": at}}
    if actors:
        provision["actor"] = actors
    if classes:
        provision["class"] = classes
    if labels:
        provision["securityLabel"] = labels
    subject = {"reference": f"Patient/{patient}", **({"display": name} if name else {})}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {
            "coding": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                    "code": "patient-privacy",
                }
            ]
        },
        "category": [{"coding": [{"system": SYSTEM_7608, "code": code}], "text": KIND_WORDS[closing.kind]}],
        "patient": subject,
        "dateTime": at,
        "performer": [subject],
        "policyRule": {"text": "Pasientjournalloven § 17"},
        "provision": provision,
    }


def _known(closing: Closing) -> bool:
    references = (*closing.persons, *closing.enterprises)
    return (
        all(r.startswith("Practitioner/") for r in closing.persons)
        and all(r.startswith("Organization/") for r in closing.enterprises)
        and set(closing.roles) <= set(ROLES)
        and set(closing.categories) <= {*CLASSES, *LABELS}
        and bool(references or closing.roles or closing.categories)
    )


def _says_nothing() -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-RECORD-056",
        "It is not said what is to be closed, or to whom.",
        now="Choose whom, what, and whether to block or to restrict.",
    )


async def _parties(session: "RecordSession", closing: Closing) -> dict[str, str]:
    """Names of those named, as the record has them; somebody who is not there cannot be closed to."""
    keys = [(r.split("/", 1)[0], r.split("/", 1)[1]) for r in (*closing.persons, *closing.enterprises)]
    if not all(ID.fullmatch(id) for _, id in keys):
        raise _says_nothing()
    found = await session.record.store.current(session.actor.tenant, keys) if keys else {}
    named = {f"{type}/{id}": _name(json.parse(c.body)) for (type, id), c in found.items() if c.body}
    if len(named) != len(set(keys)):
        raise _says_nothing()
    return named


def _party(reference: str, name: str) -> dict[str, Any]:
    return {
        "role": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"}
            ]
        },
        "reference": {"reference": reference, "display": name},
    }


def _role(role: str) -> dict[str, Any]:
    shown = words.ROLES.get(role, (role,))[0]
    return {
        "role": {"coding": [{"system": consents.ROLE_SYSTEM, "code": role}], "text": shown},
        "reference": {"display": f"Alle i rollen {shown}"},
    }


def _standing(body: dict[str, Any]) -> Standing | None:
    found = list(consents.barriers(body))
    provision = body.get("provision") or {}
    if not found:
        return None
    to, readable = [], True
    for actor in provision.get("actor", ()):
        to.append(actor.get("reference", {}).get("display") or reference(actor.get("reference")))
    if provision.get("provision") or provision.get("data"):
        readable = False
    if not to and found[0].enterprises == (ELSEWHERE,):
        to.append("Alle utenfor kommunen")
    names = {**{code: pair[0] for code, pair in words.CLASSES.items()}, **LABELS}
    of = [
        names.get(code, code)
        for _, code in codings(provision.get("class", []), provision.get("securityLabel", []))
    ]
    since = (provision.get("period") or {}).get("start") or body.get("dateTime") or ""
    return Standing(body["id"], found[0].kind, tuple(to), tuple(of), since, readable)


async def herself(session: "RecordSession", patient: str) -> None:
    """Raises Problem FORBIDDEN AKS-RECORD-055 for anybody else."""
    actor = session.actor
    if actor.kind is ActorKind.CITIZEN and actor.reference == f"Patient/{patient}":
        decision = await session.judged("read", await judging.concerned(session, patient))
        if decision.permit:
            return
    raise Problem(
        ProblemKind.FORBIDDEN,
        "AKS-RECORD-055",
        "Only the person herself closes her record.",
        now="Log in as the person, or ask the municipality for help.",
    )


async def _open_data(session: "RecordSession", query: Query) -> list[dict[str, Any]]:
    """Of what belongs to no patient."""
    page = await session.record.store.search(
        session.actor.tenant, query, restriction=lambda type: NoPatient(), redactions=lambda type: ()
    )
    return [json.parse(version.body or b"{}") for version in page.matches]


def _name(body: dict[str, Any]) -> str:
    """Of a Practitioner, or of an Organization."""
    if isinstance(body.get("name"), str):
        return body["name"]
    name: dict[str, Any] = next(iter(body.get("name") or ()), {})
    return " ".join([*name.get("given", ()), name.get("family", "")]).strip() or name.get("text", "")
