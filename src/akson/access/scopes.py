"""SMART scopes: what an app may do at most, and what that leaves of a question. Pure.

    patient/Observation.rs?category=vital-signs  ->  AppScope("patient", "Observation", "rs", (("category", "vital-signs"),))
    user/*.read                                  ->  AppScope("user", "*", "rs")

A scope never gives: policy and the user's own rights decide as always, and the scope is laid over them.
Spec: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html. How a token carries scopes is identity's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from akson.access.data_classes import DataClass, data_class
from akson.access.decision import (
    AllOf,
    AnyOf,
    Everything,
    Matching,
    NoPatient,
    PatientIs,
    Question,
    Restriction,
)
from akson.fhir.definitions import load
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search import parse
from akson.fhir.search.query import Term, TokenValue

SCOPES_MAX = 100
SCOPE_CHARACTERS_MAX = 500
PERMISSIONS = "cruds"
"""Create, read, update, delete, search; always in this order."""

# What each kind of question needs of a scope. What stands not here (erase, export, …) no scope opens.
_NEEDED = {
    "create": "c",
    "read": "r",
    "update": "u",
    "hold-bed": "u",
    "delete": "d",
    "search": "s",
    "history": "rs",
    "log": "rs",
}
_TYPE_OF_LOG = "AuditEvent"
_VERSION_1 = {"read": "rs", "write": "cud", "*": PERMISSIONS}
_RESOURCE_SCOPE = re.compile(r"(patient|user|system)/(\*|[A-Za-z]+)\.([a-z]+|\*)(?:\?(.+))?")
_PLAIN_SCOPE = re.compile(r"[a-z_]+(?:/[a-z]+)?|fhirUser")
_READING = frozenset({"read", "search", "history"})


@dataclass(frozen=True, slots=True)
class AppScope:
    context: str
    """`patient`: the patient in context alone; `user`: what the user may; `system`: a service without a user."""
    type: str
    """A resource type, or `*`."""
    permissions: str
    """Letters of `cruds`, in that order."""
    arguments: tuple[tuple[str, str], ...] = ()
    """Search parameters of the type, decoded; all of them must hold."""

    def __str__(self) -> str:
        asked = "&".join(f"{name}={quote(value, safe=':/|.,-')}" for name, value in self.arguments)
        return f"{self.context}/{self.type}.{self.permissions}" + (f"?{asked}" if asked else "")


def read_scopes(text: str) -> tuple[tuple[AppScope, ...], tuple[str, ...]]:
    """`openid patient/*.rs` -> (scopes of resources, the other words), each once, in the order given.

    Raises Problem INVALID AKS-ACCESS-001 for what looks like a scope of resources and is none, or cannot be enforced.
    """
    words = list(dict.fromkeys(text.split()))
    if len(words) > SCOPES_MAX:
        raise _odd("There are too many of them.")
    scopes, others = [], []
    for word in words:
        if word.startswith(("patient/", "user/", "system/")):
            scopes.append(read_scope(word))
        elif _PLAIN_SCOPE.fullmatch(word):
            others.append(word)
        else:
            raise _odd("One of them is not written as a scope.")
    return tuple(dict.fromkeys(scopes)), tuple(others)


def read_scope(word: str) -> AppScope:
    """One scope of resources. Raises Problem INVALID AKS-ACCESS-001."""
    found = _RESOURCE_SCOPE.fullmatch(word)
    if found is None or len(word) > SCOPE_CHARACTERS_MAX:
        raise _odd("One of them is not written as a scope.")
    context, type, said, query = found.groups()
    permissions = _VERSION_1.get(said, said)
    if not re.fullmatch("c?r?u?d?s?", permissions):
        raise _odd("Its letters are not some of c, r, u, d, s in that order.")
    if type != "*" and load().kind(type) != "resource":
        raise _odd("It names a resource type that does not exist.")
    arguments = _arguments(type, query) if query else ()
    if arguments and said in _VERSION_1:
        raise _odd("Search arguments belong to scopes of version 2.")
    return AppScope(context, type, permissions, arguments)


def write_scopes(scopes: Sequence[AppScope], others: Sequence[str] = ()) -> str:
    return " ".join([*others, *map(str, scopes)])


def meet(asked: Sequence[AppScope], allowed: Sequence[AppScope]) -> tuple[AppScope, ...]:
    """What is in both: of each pair the narrower type, the common letters, the arguments of the two."""
    found: dict[AppScope, None] = {}
    for one in asked:
        for other in allowed:
            both = _both(one, other)
            if both is not None:
                found[both] = None
    return tuple(found)


def _both(one: AppScope, other: AppScope) -> AppScope | None:
    permissions = "".join(letter for letter in one.permissions if letter in other.permissions)
    if one.context != other.context or not permissions:
        return None
    if one.type != other.type and "*" not in (one.type, other.type):
        return None
    type = other.type if one.type == "*" else one.type
    return AppScope(one.context, type, permissions, tuple(dict.fromkeys((*one.arguments, *other.arguments))))


def scope_restriction(
    scopes: Sequence[AppScope], patient_context: str, question: Question
) -> Restriction | None:
    """What the scopes leave of a question; None when no scope speaks of it.

    Several widen, never beyond each other's own. A scope with search arguments opens no history: what a superseded
    version said to the argument is not indexed.
    """
    needed = _NEEDED.get(question.action)
    type = _TYPE_OF_LOG if question.action == "log" else question.type
    if needed is None:
        return None
    found: dict[Restriction, None] = {}
    for scope in scopes:
        if scope.type not in ("*", type) or not set(needed) <= set(scope.permissions):
            continue
        if scope.arguments and question.action in ("history", "log"):
            continue
        found[_of_one(scope, patient_context, question)] = None
    if not found:
        return None
    if Everything() in found:
        return Everything()
    parts = tuple(found)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _of_one(scope: AppScope, patient_context: str, question: Question) -> Restriction:
    parts: list[Restriction] = []
    if scope.context == "patient":
        parts.append(_in_context(patient_context, question))
    if scope.arguments:
        query = "&".join(f"{name}={quote(value)}" for name, value in scope.arguments)
        parts.append(Matching(question.type, query))
    if not parts:
        return Everything()
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _in_context(patient: str, question: Question) -> Restriction:
    """The patient's own; and for reading the words and places that belong to nobody, which her data point to."""
    own = PatientIs((patient,) if patient else ())
    if question.action in _READING and data_class(question.type) is DataClass.REFERENCE:
        return AnyOf((own, NoPatient()))
    return own


@lru_cache(maxsize=1_000)
def terms_of(matching: Matching) -> tuple[Term, ...]:
    """What must hold, as search terms: tokens and references without modifier. Joined by AND, the values of one by OR."""
    pairs = [
        (unquote(name), unquote(value))
        for name, _, value in (part.partition("=") for part in matching.query.split("&"))
    ]
    return parse(matching.type, pairs).terms


def _arguments(type: str, query: str) -> tuple[tuple[str, str], ...]:
    """Only what can be enforced everywhere: plain tokens of the type itself."""
    if type == "*":
        raise _odd("Search arguments need a resource type.")
    pairs = []
    for part in query.split("&"):
        name, equals, value = part.partition("=")
        name, value = unquote(name), unquote(value)
        parameter = load().search_parameters(type).get(name)
        if not equals or not value or parameter is None or parameter.type != "token":
            raise _odd("A search argument is not one that can be enforced here: plain tokens alone are.")
        pairs.append((name, value))
    try:
        terms = parse(type, pairs).terms
    except Problem as problem:
        raise _odd("A search argument cannot be read.") from problem
    if len(terms) != len(pairs) or not all(_is_plain(term) for term in terms):
        raise _odd("A search argument is not one that can be enforced here: plain tokens alone are.")
    return tuple(pairs)


def _is_plain(term: Term) -> bool:
    return (
        term.kind == "token"
        and term.modifier is None
        and all(isinstance(value, TokenValue) and (value.code or value.system) for value in term.values)
    )


def _odd(why: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-ACCESS-001",
        "The scopes are not ones that this node knows.",
        why=why,
        now="Ask for scopes as SMART App Launch 2.2 writes them, such as patient/Observation.rs.",
        code="value",
    )
