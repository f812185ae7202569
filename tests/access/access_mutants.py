"""What could go wrong with the rules, each as a small change that a test must notice."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import msgspec
from access_questions import ENTERPRISES

from akson.access import holding, policies, policy
from akson.access.actor import ActorKind, PurposeOfUse
from akson.access.decision import PatientRelation, Restriction
from akson.access.facts import ORDINARY
from akson.access.giving import GIVEN
from akson.access.policies import Grant, Policy, ProxyLine
from akson.access.rules import Asked, Rule

PolicyMutant = Callable[[Policy], Policy]


def _grants(rule: str, change: Callable[[Grant], Grant], role: str = "") -> PolicyMutant:
    def mutate(whole: Policy) -> Policy:
        lines = tuple(
            change(line) if line.rule == rule and (not role or role in line.roles) else line
            for line in whole.grants
        )
        assert lines != whole.grants
        return msgspec.structs.replace(whole, grants=lines)

    return mutate


def _with(field: str, *values: str) -> Callable[[Grant], Grant]:
    return lambda line: msgspec.structs.replace(line, **{field: (*getattr(line, field), *values)})


def _without(field: str, *values: str) -> Callable[[Grant], Grant]:
    return lambda line: msgspec.structs.replace(
        line, **{field: tuple(v for v in getattr(line, field) if v not in values)}
    )


def _proxies(basis: str, change: Callable[[ProxyLine], ProxyLine]) -> PolicyMutant:
    def mutate(whole: Policy) -> Policy:
        lines = tuple(change(line) if line.basis == basis else line for line in whole.proxies)
        assert lines != whole.proxies
        return msgspec.structs.replace(whole, proxies=lines)

    return mutate


def _line(**change: object) -> Callable[[ProxyLine], ProxyLine]:
    return lambda line: msgspec.structs.replace(line, **change)


def _until(old: int, new: int) -> Callable[[ProxyLine], ProxyLine]:
    return lambda line: msgspec.structs.replace(
        line,
        from_age=new if line.from_age == old else line.from_age,
        until_age=new if line.until_age == old else line.until_age,
    )


def _labels(**change: tuple[str, ...]) -> PolicyMutant:
    return lambda whole: msgspec.structs.replace(
        whole, labels=msgspec.structs.replace(whole.labels, **change)
    )


POLICY_MUTANTS: dict[str, PolicyMutant] = {
    "the GP counts service decisions": _grants(
        "AKS-RULE-CARE-RELATION", _with("relations", "service-decision"), "gp"
    ),
    "the GP's list does not count": _grants("AKS-RULE-CARE-RELATION", _without("relations", "gp-list"), "gp"),
    "nurse's and GP's kinds are swapped": _grants(
        "AKS-RULE-CARE-RELATION",
        lambda line: msgspec.structs.replace(
            line, relations=("gp-list",) if "nurse" in line.roles else ("ward", "service-decision")
        ),
    ),
    "a worklist does not count": _grants("AKS-RULE-CARE-RELATION", _without("relations", "worklist")),
    "health workers delete": _grants("AKS-RULE-CARE-RELATION", _with("actions", "delete"), "health-worker"),
    "an emergency opens services": _grants("AKS-RULE-EMERGENCY", _with("classes", "service")),
    "an emergency relation is good for treatment": _grants(
        "AKS-RULE-EMERGENCY", _with("purposes", "treatment")
    ),
    "in an emergency records are changed": _grants("AKS-RULE-EMERGENCY", _with("actions", "update")),
    "any health worker declares a relation": _grants(
        "AKS-RULE-SELF-DECLARED", lambda line: msgspec.structs.replace(line, services=("*",))
    ),
    "caseworkers see clinical data": _grants("AKS-RULE-CASEWORK", _with("classes", "clinical")),
    "caseworkers find anybody": _grants("AKS-RULE-IDENTIFY", _with("roles", "caseworker", "gp")),
    "everybody reads the whole log": _grants("AKS-RULE-PRIVACY-OFFICER", _with("roles", "*")),
    "staff write reference data": _grants("AKS-RULE-REFERENCE", _with("actions", "update")),
    "other enterprises see messages": _grants("AKS-RULE-ATTESTED", _with("classes", "message")),
    "other enterprises see what is graded": _labels(not_attested=()),
    "the agreement is with everybody": lambda whole: msgspec.structs.replace(whole, agreement=ENTERPRISES),
    "the trust model is forgotten": lambda whole: msgspec.structs.replace(
        whole, trust_model="consumer-attests"
    ),
    "level 3 is enough": lambda whole: msgspec.structs.replace(whole, levels=dict.fromkeys(whole.levels, 3)),
    "clerks have a duty": lambda whole: msgspec.structs.replace(whole, clerical=()),
    "parents see all until 13": _proxies("parental", _until(12, 13)),
    "parents see all until 11": _proxies("parental", _until(12, 11)),
    "parents see until 17": _proxies("parental", _until(16, 17)),
    "parents see the whole youth": _proxies(
        "parental", _line(classes=("demographic", "service", "message", "clinical"))
    ),
    "parents of youth see who has seen": _proxies(
        "parental", lambda line: msgspec.structs.replace(line, classes=(*line.classes, "log"))
    ),
    "parents need no common address": _proxies("parental", _line(shares_address=False)),
    "parents of the protected see": _proxies("parental", _line(protected_address=True)),
    "parents see what is withheld from them": _proxies("parental", _line(withheld=())),
    "power of attorney from 15": _proxies("power-of-attorney", _until(16, 15)),
    "the citizen sees what she declined to see": _labels(
        withheld=("NORN_FFL", "NORN_KUT", "NORN_ALL", "NORN_FOR", "NORN_FFH", "NORN_FPB", "NORN_DUP")
    ),
    "youth ends at 15": lambda whole: msgspec.structs.replace(whole, youth_until=15),
    "sperret is only a word": _labels(restricted=()),
    "a nurse assigns work": _grants("AKS-RULE-ASSIGN", _with("actions", "give-worklist"), "nurse"),
    "a visit is passed on": _grants("AKS-RULE-ASSIGN", _with("relations", "visit"), "nurse"),
    "a message is passed on by the GP": _grants("AKS-RULE-ASSIGN", _with("relations", "message"), "gp"),
    "caseworkers write the GP's list": _grants(
        "AKS-RULE-ASSIGN", _with("actions", "give-gp-list"), "caseworker"
    ),
    "an emergency assigns work": _grants("AKS-RULE-ASSIGN", _with("purposes", "emergency"), "caseworker"),
    "a nurse enters a power of attorney": _grants("AKS-RULE-REGISTER", _with("roles", "nurse")),
    "a caseworker settles who somebody is": _grants("AKS-RULE-REGISTER", _with("roles", "caseworker")),
    "the record officer needs no case": _grants(
        "AKS-RULE-REGISTER", _with("relations", "message", "service-decision")
    ),
    "leaders see clinical data": _grants("AKS-RULE-CASEWORK", _with("classes", "clinical"), "leader"),
    "a porter sees what was given to the unit": _grants("AKS-RULE-OWNED-ITEM", _with("roles", "porter")),
    "an owner deletes": _grants("AKS-RULE-OWNED-ITEM", _with("actions", "delete")),
    "an owner sees in an emergency": _grants("AKS-RULE-OWNED-ITEM", _with("purposes", "emergency")),
    "a nurse promises beds": _grants("AKS-RULE-HOLD-BED", _with("roles", "nurse")),
    "a bed is promised in an emergency": _grants("AKS-RULE-HOLD-BED", _with("purposes", "emergency")),
    "porters write down next of kin": _grants("AKS-RULE-NEXT-OF-KIN", _with("roles", "porter", "gp")),
}


def _rules(change: Callable[[Rule], Rule | None]) -> Callable[[], Iterator[None]]:
    changed = tuple(new for rule in policy.RULES if (new := change(rule)) is not None)
    assert changed != policy.RULES

    @contextmanager
    def planted() -> Iterator[None]:
        with patch.dict(policy.EDITIONS, {policies.current().edition: changed}):
            yield

    return planted


def _dropped(id: str) -> Callable[[], Iterator[None]]:
    return _rules(lambda rule: None if rule.id == id else rule)


def _judged(id: str, judge: Callable[[Rule, Asked], Restriction | None]) -> Callable[[], Iterator[None]]:
    def change(rule: Rule) -> Rule:
        return replace(rule, judge=lambda asked: judge(rule, asked)) if rule.id == id else rule

    return _rules(change)


def _by_unit(rule: Rule, asked: Asked) -> Restriction | None:
    """As if what the person opened herself were opened for her whole unit."""
    found = rule.judge(asked)
    return None if found is None else replace(found, grantees=asked.actor.grantees)


def _never_lifted(rule: Rule, asked: Asked) -> Restriction | None:
    return _first(rule.judge(asked))


def _first(found: Restriction | None) -> Restriction | None:
    return found if found is None else found.parts[0]


def _held(name: str, new: Callable) -> Callable[[], Iterator[None]]:
    @contextmanager
    def planted() -> Iterator[None]:
        with patch.object(holding, name, new):
            yield

    return planted


def _meant(stated: Sequence[str], others: bool, asked: Sequence[str]) -> bool:
    return not stated or any(name in stated for name in asked)


CODE_MUTANTS: dict[str, Callable[[], Iterator[None]]] = {
    "a block is forgotten": _dropped("AKS-RULE-BLOCK"),
    "a block gives way in an emergency": _judged(
        "AKS-RULE-BLOCK",
        lambda rule, asked: None if asked.purpose is PurposeOfUse.EMERGENCY else rule.judge(asked),
    ),
    "a restriction is forgotten": _dropped("AKS-RULE-RESTRICTION"),
    "a restriction is never lifted": _judged("AKS-RULE-RESTRICTION", _never_lifted),
    "delayed results show": _dropped("AKS-RULE-DELAYED"),
    "what is withheld shows": _dropped("AKS-RULE-WITHHELD"),
    "what is withheld from youth shows": _dropped("AKS-RULE-WITHHELD-YOUTH"),
    "staff read their own record": _dropped("AKS-RULE-OWN-RECORD-AS-STAFF"),
    "any purpose is good enough for another enterprise": _judged(
        "AKS-RULE-ATTESTED",
        lambda rule, asked: rule.judge(
            replace(asked, purpose=asked.actor.attested.purpose) if asked.actor.attested else asked
        ),
    ),
    "items without a patient are everybody's": _judged(
        "AKS-RULE-OWNED-ITEM", lambda rule, asked: _first(rule.judge(asked))
    ),
    "an owner sees what names a patient": _judged(
        "AKS-RULE-OWNED-ITEM", lambda rule, asked: found.parts[1] if (found := rule.judge(asked)) else None
    ),
    "nobody owns what names no patient": _dropped("AKS-RULE-OWNED-ITEM"),
    "nobody promises a bed": _dropped("AKS-RULE-HOLD-BED"),
    "drafts are everybody's": _dropped("AKS-RULE-DRAFT"),
    "a draft is her unit's": _judged(
        "AKS-RULE-DRAFT",
        lambda rule, asked: (
            replace(found, persons=asked.actor.grantees) if (found := rule.judge(asked)) else None
        ),
    ),
    "a system from outside sees drafts": _judged(
        "AKS-RULE-DRAFT",
        lambda rule, asked: None if asked.actor.kind is ActorKind.SYSTEM else rule.judge(asked),
    ),
    "a draft is its patient's": _judged(
        "AKS-RULE-DRAFT",
        lambda rule, asked: None if asked.actor.kind is ActorKind.CITIZEN else rule.judge(asked),
    ),
    "a weak login is enough": _dropped("AKS-RULE-LEVEL"),
    "an emergency opens for the whole unit": _judged("AKS-RULE-EMERGENCY", _by_unit),
    "a declaration opens for the whole unit": _judged("AKS-RULE-SELF-DECLARED", _by_unit),
    "a right lasts a moment too long": _held(
        "_valid",
        lambda start, end, at: (start is None or start <= at) and (end is None or at <= end),
    ),
    "a right starts a moment late": _held(
        "_valid",
        lambda start, end, at: (start is None or start < at) and (end is None or at < end),
    ),
    "one of several patients is enough": _held(
        "_every", lambda facts, found: not set(found).isdisjoint(facts.patients)
    ),
    "all-but-the-listed is read as the listed": _held("_meant", _meant),
    "labels are no categories": _held("_named", lambda categories, category, facts: category in categories),
    "whoever cares gives": _judged(
        "AKS-RULE-ASSIGN",
        lambda rule, asked: (
            PatientRelation(asked.actor.grantees, asked.question.at, tuple(ORDINARY))
            if asked.own_staff and asked.question.action in GIVEN
            else None
        ),
    ),
    "the record officer reads all": _judged(
        "AKS-RULE-REGISTER",
        lambda rule, asked: (
            PatientRelation(asked.actor.grantees, asked.question.at, kinds)
            if asked.own_staff and (kinds := asked.granted("AKS-RULE-REGISTER"))
            else None
        ),
    ),
    "a child's next of kin is anybody's to write": _judged(
        "AKS-RULE-NEXT-OF-KIN", lambda rule, asked: _first(rule.judge(asked))
    ),
    "the citizen has no will": _dropped("AKS-RULE-OWN-WILL"),
    "birthdays come a year early": _held("age", lambda born, on: on.year - born.year),
}
