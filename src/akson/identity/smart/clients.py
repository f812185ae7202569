"""Apps and systems that are registered here: one JSON file each, written by `akson client add`, read by every process.

    <data>/clients/pustekurve.json
    {"id": "pustekurve", "name": "Pustekurve", "kind": "public", "tenant": 1, "scopes": "launch patient/Observation.rs",
     "redirect_uris": ["https://pustekurve.example.no/ferdig"], "launch_url": "https://pustekurve.example.no/start"}

A secret is never among them: a confidential app proves itself with its own private key.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from akson.access.scopes import AppScope, read_scopes
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.jwks import is_safe_location, read_keys
from akson.identity.jws import NotAccepted

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CUSTOM_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+", re.ASCII)
NAME_CHARACTERS_MAX = 80
URIS_MAX = 10
WORDS = frozenset(
    {"openid", "fhirUser", "profile", "launch", "launch/patient", "launch/encounter", "online_access", "offline_access"}
)  # fmt: skip


class Kind(StrEnum):
    PUBLIC = "public"
    """Runs where nobody can keep a key: PKCE alone."""
    CONFIDENTIAL = "confidential"
    """Has a private key: private_key_jwt."""
    SERVICE = "service"
    """No user: client_credentials with a private key."""


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    name: str
    kind: Kind
    scopes: str
    """What it may be given at most."""
    redirect_uris: tuple[str, ...] = ()
    launch_url: str = ""
    jwks: str = ""
    """Its public keys: a JWKS as text, or the https address of one."""
    tenant: int = 1
    created: str = ""

    @property
    def allowed(self) -> tuple[tuple[AppScope, ...], tuple[str, ...]]:
        return read_scopes(self.scopes)


class Clients:
    """`folder` need not exist: then nobody is registered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._launched = (0, False)

    def find(self, id: object) -> Client | None:
        if not isinstance(id, str) or not _ID.fullmatch(id):
            return None
        try:
            return _client(json.loads((self._folder / f"{id}.json").read_text("utf-8")))
        except FileNotFoundError:
            return None

    def every(self) -> tuple[Client, ...]:
        """By name."""
        if not self._folder.is_dir():
            return ()
        found = [self.find(path.stem) for path in self._folder.glob("*.json")]
        return tuple(sorted((c for c in found if c), key=lambda c: (c.name.casefold(), c.id)))

    def any_launched(self) -> bool:
        """Whether any can be opened from a record. Asked for every page, so remembered until the folder changes."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return False
        if changed != self._launched[0]:
            self._launched = (changed, any(client.launch_url for client in self.every()))
        return self._launched[1]

    def add(self, client: Client) -> None:
        """Whole or not at all; one with the same id is replaced. Raises Problem INVALID AKS-SMART-020."""
        faults = wrong(client)
        if faults:
            raise Problem(
                ProblemKind.INVALID,
                "AKS-SMART-020",
                "The app was not registered.",
                why=" ".join(faults),
                now="See docs/how-to/app.md.",
            )
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = self._folder / f".{client.id}.{os.getpid()}"
        draft.write_text(json.dumps(asdict(client), ensure_ascii=False, indent=2), "utf-8")
        draft.replace(self._folder / f"{client.id}.json")

    def remove(self, id: str) -> bool:
        """Whether it was there. Its tokens end with their time, within minutes."""
        if not _ID.fullmatch(id):
            return False
        try:
            (self._folder / f"{id}.json").unlink()
        except FileNotFoundError:
            return False
        return True


def wrong(client: Client) -> list[str]:
    """Everything that is wrong, in words."""
    found = []
    if not _ID.fullmatch(client.id):
        found.append("The id is 1 to 64 letters, digits, dots and dashes.")
    if not client.name.strip() or len(client.name) > NAME_CHARACTERS_MAX or not client.name.isprintable():
        found.append(f"The name is 1 to {NAME_CHARACTERS_MAX} characters.")
    try:
        scopes, words = client.allowed
    except Problem as odd:
        return [*found, odd.sentence()]
    unknown = sorted(set(words) - WORDS)
    if unknown:
        found.append(f"These scopes are not known: {', '.join(unknown)}.")
    if client.kind is Kind.SERVICE:
        if words or not scopes or any(scope.context != "system" for scope in scopes):
            found.append("A service has scopes that begin with system/, and no others.")
        if client.redirect_uris or client.launch_url:
            found.append("A service has no user to send anywhere.")
    else:
        if any(scope.context == "system" for scope in scopes):
            found.append("Scopes that begin with system/ are for services.")
        if not 0 < len(client.redirect_uris) <= URIS_MAX:
            found.append(f"An app has 1 to {URIS_MAX} addresses to go back to.")
    found += [f"{uri} is no address to go back to." for uri in client.redirect_uris if not is_way_back(uri)]
    if client.launch_url and not is_safe_location(client.launch_url):
        found.append("The launch address must begin with https://.")
    return found + _wrong_keys(client)


def is_way_back(uri: str) -> bool:
    """https; http to the user's own machine; or a scheme that is a domain reversed, of a program on it."""
    parts = urlsplit(uri)
    if parts.fragment or "#" in uri or "@" in parts.netloc or not uri.isprintable() or " " in uri:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname) and is_safe_location(uri)
    return bool(_CUSTOM_SCHEME.fullmatch(parts.scheme))


def _wrong_keys(client: Client) -> list[str]:
    if client.kind is Kind.PUBLIC:
        return ["A public app has no keys."] if client.jwks else []
    if client.jwks.startswith(("http://", "https://")):
        return [] if is_safe_location(client.jwks) else ["The keys' address must begin with https://."]
    try:
        keys = read_keys(client.jwks.encode())
    except NotAccepted as odd:
        return [f"The keys are not accepted: {odd}."]
    return [] if keys else ["There is no key with an id among them."]


def _client(stored: Mapping[str, Any]) -> Client:
    return Client(
        id=stored["id"],
        name=stored["name"],
        kind=Kind(stored["kind"]),
        scopes=stored["scopes"],
        redirect_uris=tuple(stored["redirect_uris"]),
        launch_url=stored["launch_url"],
        jwks=stored["jwks"],
        tenant=stored["tenant"],
        created=stored["created"],
    )
