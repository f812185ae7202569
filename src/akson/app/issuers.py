"""Who may log people in: `<data>/issuers.toml`, read and checked whole. Each table is one issuer.

    [[issuer]]
    id = "helseid"
    name = "HelseID"
    profile = "helseid"                 # or "idporten"
    address = "https://helseid-sts.nhn.no"
    client_id = "…"
    tenant = 1
    parent = "981275721"
    child = "873255102"

Keys are files in `<data>/keys`, made when absent; nothing secret stands in this file. The demo's issuer is no line here:
`akson up` has it, and refuses to start beside an issuer of the real world (`check`).
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from akson.app.supervisor.orders import Stage
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.identity import keys
from akson.identity.openid.assertion import ClientKey
from akson.identity.openid.client import OpenIdClient
from akson.identity.openid.issuer import Issuer, Profile, on_this_machine
from akson.identity.openid.requests import ClientKeys
from akson.identity.openid.wire import Wire
from akson.world import Clock, Random

FILE_NAME = "issuers.toml"
TOKENS = "api"
"""Tables of the same file about issuers of access tokens: `akson.app.api_issuers` reads them."""
ISSUERS_MAX = 20
_ID = re.compile(r"[a-z][a-z0-9-]{0,30}", re.ASCII)
_ORGANISATION = re.compile(r"[0-9]{9}", re.ASCII)
_NEEDED = ("id", "name", "profile", "address", "client_id")


def load(data: Path) -> tuple[Issuer, ...]:
    """() when there is no file. Raises Problem AKS-APP-022 with everything that is wrong."""
    path = data / FILE_NAME
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise _refused([f"the file cannot be read: {wrong}."]) from wrong
    faults = [
        f"{name!r} is not known; each issuer is a table [[issuer]] (or [[{TOKENS}]], of access tokens)."
        for name in tables.keys() - {"issuer", TOKENS}
    ]
    listed = tables.get("issuer", [])
    if not isinstance(listed, list) or len(listed) > ISSUERS_MAX:
        raise _refused([f"`issuer` must be at most {ISSUERS_MAX} tables [[issuer]]."])
    found = [_issuer(place, table, faults) for place, table in enumerate(listed, 1)]
    ids = [issuer.id for issuer in found if issuer]
    faults += [f"{id!r} stands there twice." for id in sorted({id for id in ids if ids.count(id) > 1})]
    if faults:
        raise _refused(faults)
    return tuple(issuer for issuer in found if issuer)


def check(issuers: tuple[Issuer, ...], stage: Stage, base_url: str) -> None:
    """Whether they fit this kind of node. Raises Problem AKS-APP-023 (demo) or -024 (address)."""
    if stage is Stage.DEMO and any(not issuer.is_local for issuer in issuers):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-APP-023",
            "A demo cannot have an issuer of the real world.",
            why=f"{FILE_NAME} names one, and in a demo anybody may log in as anyone.",
            now="Use `akson serve` on a data folder of its own, or take the issuer out of the file.",
            permanent=True,
        )
    secure = urlsplit(base_url).scheme == "https" or (base_url and on_this_machine(base_url))
    if issuers and not secure:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-APP-024",
            "Issuers need the address that browsers know this node by.",
            why="They send a browser back to it, and only to an https address that is registered with them.",
            now="Set AKSON_BASE_URL, for example https://akson.storvik.kommune.no.",
            permanent=True,
        )


def client(
    issuer: Issuer, data: Path, base_url: str, *, wire: Wire, clock: Clock, random: Random
) -> OpenIdClient:
    """The client of one issuer, with its keys from `<data>/keys`. Raises Problem AKS-IDENTITY-001/002."""
    redirect, after_logout, _ = addresses(issuer, base_url)
    return OpenIdClient(
        issuer,
        client_keys(issuer, data),
        redirect=redirect,
        after_logout=after_logout,
        wire=wire,
        clock=clock,
        random=random,
    )


def client_keys(issuer: Issuer, data: Path) -> ClientKeys:
    private, binding = keys.issuer_keys(data / "keys", issuer.id)
    return ClientKeys(ClientKey(private), ClientKey(binding))


def addresses(issuer: Issuer, base_url: str) -> tuple[str, str, str]:
    """What is registered with the issuer: redirect, after logout, back-channel logout."""
    return (
        f"{base_url}/logg-inn/tilbake/{issuer.id}",
        f"{base_url}/logg-inn?ut",
        f"{base_url}/logg-ut/bakkanal/{issuer.id}",
    )


def _issuer(place: int, table: Any, faults: list[str]) -> Issuer | None:
    if not isinstance(table, dict):
        faults.append(f"issuer {place} is no table.")
        return None
    before = len(faults)
    name = str(table.get("id", place))
    faults += [f"issuer {name}: {key!r} is not known." for key in sorted(table.keys() - _READERS.keys())]
    faults += [f"issuer {name}: {key!r} is missing." for key in _NEEDED if key not in table]
    values: dict[str, Any] = {}
    for key, read in _READERS.items():
        if key in table:
            try:
                values[key] = read(table[key])
            except ValueError as wrong:
                faults.append(f"issuer {name}: {key}: {wrong}.")
    if len(faults) > before:
        return None
    values.setdefault("tenant", 1)
    issuer = Issuer(**values)
    if issuer.child and not issuer.parent:
        faults.append(f"issuer {name}: `child` needs `parent`.")
    if issuer.parent and issuer.profile is Profile.HELSEID and not issuer.resource:
        faults.append(
            f"issuer {name}: `parent` needs `resource`: the organisation stands in its access token."
        )
    return issuer


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or any(ord(c) < 32 for c in value):
        raise ValueError("it must be a text")
    return value


def _id(value: Any) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("it must be a word of a-z, 0-9 and -")
    return value


def _profile(value: Any) -> Profile:
    try:
        return Profile(value)
    except ValueError:
        known = ", ".join(profile.value for profile in Profile)
        raise ValueError(f"it must be one of: {known}; the demo's issuer cannot be configured") from None


def _address(value: Any) -> str:
    parts = urlsplit(_text(value))
    if parts.query or parts.fragment or parts.username or not parts.hostname:
        raise ValueError("it must be an address such as https://helseid-sts.nhn.no")
    if parts.scheme != "https" and not (parts.scheme == "http" and on_this_machine(value)):
        raise ValueError("it must begin with https://")
    return value


def _tenant(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("it must be a whole number from 1")
    return value


def _organisation(value: Any) -> str:
    if not isinstance(value, str) or not _ORGANISATION.fullmatch(value):
        raise ValueError("it must be an organisation number of nine digits")
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("it must be true or false")
    return value


def _scopes(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or any(not isinstance(v, str) or not v or " " in v for v in value):
        raise ValueError("it must be a list of scopes")
    return tuple(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "id": _id,
    "name": _text,
    "profile": _profile,
    "address": _address,
    "client_id": _text,
    "tenant": _tenant,
    "parent": _organisation,
    "child": _organisation,
    "multi_tenant": _switch,
    "resource": _text,
    "scopes": _scopes,
}


def _refused(faults: list[str]) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-APP-022",
        f"{FILE_NAME} is wrong; nothing was started.",
        why=" ".join(faults),
        now="Correct it; docs/login.md shows a whole one.",
        issues=[Issue("value", fault) for fault in faults],
        permanent=True,
    )
