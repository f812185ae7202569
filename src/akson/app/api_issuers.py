"""Issuers outside this node whose access tokens are believed: the tables `[[api]]` in <data>/issuers.toml.

    [[api]]
    issuer = "https://helseid-sts.test.nhn.no"
    audience = "storvik:akson"
    own = ["999977774"]
    [api.scopes]
    "storvik:akson/read" = "user/*.rs"

The login of people is another matter, and has other tables in the same file. Every fault is told at once, and then nothing
is started.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from akson.access.scopes import read_scopes
from akson.app.directory import RecordDirectory
from akson.app.issuers import FILE_NAME
from akson.app.issuers import TOKENS as TABLE
from akson.app.settings import Settings
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.identity.attestation.receiving import Receiver
from akson.identity.callers import Callers
from akson.identity.dpop import Proofs
from akson.identity.issuers.external import ExternalIssuer
from akson.identity.issuers.machines import Machines
from akson.identity.issuers.trusted import (
    ALGORITHMS,
    ENTERPRISE,
    NATIONAL,
    PROFILES,
    TOA_AGE_MAX_S,
    TOKEN_TYPES,
    TrustedIssuer,
)
from akson.identity.jwks import Discovery, Keys, is_safe_location
from akson.identity.once import OnceMarks
from akson.world import Clock

if TYPE_CHECKING:
    from akson.app.wiring import Node

ISSUERS_MAX = 20
_MEMBERS = frozenset(
    {
        "issuer", "audience", "jwks", "profile", "tenant", "own", "partners", "scopes", "algorithms",
        "token_types", "attestation_age_max_s",
    }
)  # fmt: skip


def load(settings: Settings) -> tuple[TrustedIssuer, ...]:
    """Raises Problem INVALID AKS-APP-025 with every fault."""
    try:
        tables = tomllib.loads((settings.data / FILE_NAME).read_text("utf-8")).get(TABLE, [])
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        raise _refused([f"The file cannot be read: {type(unreadable).__name__}."]) from unreadable
    if (
        not isinstance(tables, list)
        or len(tables) > ISSUERS_MAX
        or not all(isinstance(t, dict) for t in tables)
    ):
        raise _refused([f"[[{TABLE}]] stands at most {ISSUERS_MAX} times, each as a table."])
    faults: list[str] = []
    found = [_read(table, settings.data, faults) for table in tables]
    names = [issuer.issuer for issuer in found if issuer]
    faults += [f"The issuer {name} stands twice." for name in sorted(set(names)) if names.count(name) > 1]
    if names and not settings.base_url:
        # A proof names the address it is for; what the client calls us is no proof of that.
        faults.append(f"[[{TABLE}]] needs `base_url`: proofs of possession name this node's address.")
    if faults:
        raise _refused(faults)
    return tuple(issuer for issuer in found if issuer)


def check(trusted: Sequence[TrustedIssuer], *, demo: bool) -> None:
    """Whether they fit this kind of node. Raises Problem CONFLICT AKS-APP-026: in a demo anybody may be anyone."""
    if demo and any(_is_elsewhere(issuer) for issuer in trusted):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-APP-026",
            "A demo cannot trust an issuer of the real world.",
            why=f"{FILE_NAME} names one, and in a demo anybody may log in as anyone.",
            now="Use `akson serve` on a data folder of its own, or take the issuer out of the file.",
            permanent=True,
        )


def _is_elsewhere(issuer: TrustedIssuer) -> bool:
    """Its keys are fetched from another machine."""
    location = issuer.jwks or issuer.issuer
    return "://" in location and urlsplit(location).hostname not in ("127.0.0.1", "localhost", "::1")


def callers(node: "Node") -> Callers:
    """Who may call this node's FHIR door."""
    external, proofs = outside(node)
    return Callers(node.issuer, external, proofs) if external else Callers(node.issuer)


def machines(node: "Node") -> Machines:
    """Which systems of others may come to this node in their own name."""
    return Machines(*outside(node))


def outside(node: "Node", *, tenant: int = 0) -> tuple[list[ExternalIssuer], Proofs]:
    """The issuers that are trusted here, and what verifies proofs.

    `tenant`: of the copies that are kept for another, where nobody is own staff; 0: as the file says.
    """
    trusted = load(node.settings)
    if tenant:
        trusted = tuple(replace(issuer, tenant=tenant, own=()) for issuer in trusted)
    marks = node.settings.data / "keys" / "used"
    directory = RecordDirectory(node.record)
    attestations = Receiver(directory, OnceMarks(marks / "attestations", clock=node.clock))
    external = [
        ExternalIssuer(
            issuer,
            _keys(issuer, node.clock),
            directory=directory,
            attestations=attestations,
            clock=node.clock,
        )
        for issuer in trusted
    ]
    return external, Proofs(OnceMarks(marks / "proofs", clock=node.clock), clock=node.clock)


def _keys(issuer: TrustedIssuer, clock: Clock) -> Keys:
    if issuer.jwks:
        return Keys(issuer.jwks, clock=clock)
    return Keys(issuer.issuer, clock=clock, fetch=Discovery(clock=clock))


def _read(table: Mapping[str, Any], data: Path, faults: list[str]) -> TrustedIssuer | None:
    name = table.get("issuer")
    wrong = [f"`{member}` is not known" for member in sorted(table.keys() - _MEMBERS)]
    wrong += [f"`{m}` is missing" for m in ("issuer", "audience") if not _is_text(table.get(m))]
    wrong += [
        f"`{m}` is no list of texts"
        for m in ("own", "partners", "algorithms", "token_types")
        if not _texts(table, m)
    ]
    if "jwks" in table and not _is_text(table["jwks"]):
        wrong.append("`jwks` is no text")
    profile = table.get("profile", NATIONAL)
    if profile not in PROFILES:
        wrong.append(f"`profile` is one of {', '.join(PROFILES)}")
    if not wrong:
        wrong += _wrong_values(table, profile)
    if wrong:
        faults.append(f"[[{TABLE}]] {name if isinstance(name, str) else ''}: {'; '.join(wrong)}.")
        return None
    location = table.get("jwks", "")
    if location and "://" not in location:
        location = str(data / location)
    return TrustedIssuer(
        issuer=table["issuer"],
        audience=table["audience"],
        jwks=location,
        profile=profile,
        tenant=table.get("tenant", 1),
        own=tuple(table.get("own", ())),
        partners=tuple(table.get("partners", ())),
        scopes=MappingProxyType(dict(table.get("scopes", {}))),
        algorithms=tuple(table.get("algorithms", ALGORITHMS)),
        token_types=tuple(table.get("token_types", TOKEN_TYPES)),
        attestation_age_max_s=table.get("attestation_age_max_s", TOA_AGE_MAX_S),
    )


def _wrong_values(table: Mapping[str, Any], profile: str) -> list[str]:
    wrong = []
    tenant, age = table.get("tenant", 1), table.get("attestation_age_max_s", TOA_AGE_MAX_S)
    if not isinstance(tenant, int) or isinstance(tenant, bool) or tenant < 1:
        wrong.append("`tenant` is a whole number from 1")
    if not isinstance(age, int) or isinstance(age, bool) or not 1 <= age <= TOA_AGE_MAX_S:
        wrong.append(f"`attestation_age_max_s` is 1 to {TOA_AGE_MAX_S}")
    location = table.get("jwks", table["issuer"])
    if not is_safe_location(location) or ("jwks" not in table and "://" not in location):
        wrong.append("`jwks` is an https address or a file; without it `issuer` is an https address")
    wrong += [f"`algorithms` are of {', '.join(ALGORITHMS)}"] * (
        not set(table.get("algorithms", ALGORITHMS)) <= set(ALGORITHMS)
    )
    if not set(table.get("token_types", TOKEN_TYPES)) <= set(TOKEN_TYPES):
        wrong.append(f"`token_types` are of {', '.join(TOKEN_TYPES)}")
    for number in (*table.get("own", ()), *table.get("partners", ())):
        if not (len(number) == 9 and number.isascii() and number.isdecimal()):
            wrong.append("`own` and `partners` are organisation numbers of nine digits")
    if profile == ENTERPRISE and not table.get("partners"):
        wrong.append("an enterprise's issuer needs `partners`: whom it may vouch for")
    return wrong + _wrong_scopes(table.get("scopes", {}))


def _wrong_scopes(scopes: object) -> list[str]:
    if not isinstance(scopes, dict) or not scopes:
        return ["`scopes` says what each scope that is registered there is here"]
    for text in scopes.values():
        try:
            found, others = read_scopes(text if isinstance(text, str) else "?")
        except Problem as odd:
            return [f"`scopes`: {odd.why}"]
        if others or any(scope.context != "user" for scope in found):
            return ["`scopes`: an issuer of people gives scopes that begin with user/"]
    return []


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(table: Mapping[str, Any], name: str) -> bool:
    value = table.get(name, [])
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _refused(faults: list[str]) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-APP-025",
        f"What {FILE_NAME} says of issuers of access tokens is wrong; nothing was started.",
        why=" ".join(faults),
        now="Correct it; docs/how-to/api-issuer.md shows one.",
        issues=[Issue("value", fault) for fault in faults],
        permanent=True,
    )
