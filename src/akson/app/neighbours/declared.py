"""What this node is told of its neighbours: `<data>/sharing.toml`, read and checked whole. No file: nobody is asked.

    [us]
    id = "storvik"                              # what the index and others call us
    org = "999977774"
    name = "Storvik kommune"
    service = "KP02"                            # 8663, of those whose login does not tell
    intake = "Organization/mottak"              # the unit that owns moves offered to us; left out: none are taken
    intake_name = "Mottak og tildeling"

    [helseid]                                   # who vouches for our people to others
    address = "https://helseid-sts.nhn.no"
    client_id = "…"
    scope = "nhn:deling/read"

    [location]
    address = "https://lokasjon.example"        # the index; left out: everybody is asked
    serves = true                               # this node is an index too

    [limits]                                    # seconds; left out: these
    question = 1.5
    index = 0.4

    [[source]]
    id = "lillefjord"
    org = "999977780"
    name = "Lillefjord kommune"
    base = "https://lillefjord.example/fhir"
    central = true                              # it keeps copies; whose and of what, each source's policy says

    [storage.tenants]                           # of a central node: whose copies stand in which tenant here
    999977774 = 7

Where each kind lives is not told here: each source publishes its policy (POST /sharing/storage/policy), which is gone by for
a minute. Our keys at the issuer are files in `<data>/keys`, made when absent. How the other side is set up:
docs/how-to/api-issuer.md.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.identity.openid.issuer import on_this_machine
from akson.sharing.federation.asking import BUDGET_S
from akson.sharing.location.finding import INDEX_BUDGET_S
from akson.sharing.values import Source

FILE_NAME = "sharing.toml"
SOURCES_MAX = 5_000
LIMIT_MAX_S = 30
SERVICE = "KP02"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}", re.ASCII)
_UNIT = re.compile(r"Organization/[A-Za-z0-9\-.]{1,64}", re.ASCII)
_ORG = re.compile(r"[0-9]{9}", re.ASCII)
_TABLES: Mapping[str, frozenset[str]] = {
    "us": frozenset({"id", "org", "name", "service", "intake", "intake_name"}),
    "helseid": frozenset({"address", "client_id", "scope"}),
    "location": frozenset({"address", "serves"}),
    "limits": frozenset({"question", "index"}),
    "storage": frozenset({"tenants"}),
    "source": frozenset({"id", "org", "name", "base", "central"}),
}


@dataclass(frozen=True, slots=True)
class Us:
    id: str
    org: str
    name: str
    service: str = SERVICE
    intake: str = ""
    intake_name: str = ""


@dataclass(frozen=True, slots=True)
class HelseId:
    address: str
    client_id: str
    scope: str


@dataclass(frozen=True, slots=True)
class Location:
    address: str = ""
    serves: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    question: float = BUDGET_S
    """Seconds for all sources of one asking."""
    index: float = INDEX_BUDGET_S


@dataclass(frozen=True, slots=True)
class Storage:
    tenants: Mapping[str, int] = field(default_factory=dict)
    """Organisation number of who answers for the data → its tenant here; empty where nothing is kept for others."""


@dataclass(frozen=True, slots=True)
class Declared:
    us: Us | None = None
    helseid: HelseId | None = None
    location: Location = field(default_factory=Location)
    sources: tuple[Source, ...] = ()
    limits: Limits = Limits()
    storage: Storage = field(default_factory=Storage)

    @property
    def asks(self) -> bool:
        """Whether others can be asked from here."""
        return self.us is not None and self.helseid is not None


def load(data: Path) -> Declared:
    """Raises Problem INVALID AKS-SHARE-001 with every fault."""
    try:
        told = tomllib.loads((data / FILE_NAME).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return Declared()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        raise _refused([f"The file cannot be read: {type(unreadable).__name__}."]) from unreadable
    faults = [f"{name!r} is not known." for name in sorted(told.keys() - _TABLES.keys())]
    us = _us(_table(told, "us", faults), faults) if "us" in told else None
    helseid = _helseid(_table(told, "helseid", faults), faults) if "helseid" in told else None
    location = _location(_table(told, "location", faults), faults) if "location" in told else Location()
    limits = _limits(_table(told, "limits", faults), faults) if "limits" in told else Limits()
    storage = _storage(_table(told, "storage", faults), faults) if "storage" in told else Storage()
    listed = told.get("source", [])
    if not isinstance(listed, list) or len(listed) > SOURCES_MAX:
        faults.append(f"[[source]] stands at most {SOURCES_MAX} times.")
        listed = []
    sources = [_source(_known("source", one, faults), faults) for one in listed]
    ids = [source.id for source in sources]
    faults += [f"source {id!r} stands twice." for id in sorted({i for i in ids if ids.count(i) > 1})[:5]]
    if faults:
        raise _refused(faults)
    return Declared(us, helseid, location, tuple(sources), limits, storage)


def _table(told: Mapping[str, Any], name: str, faults: list[str]) -> Mapping[str, Any]:
    return _known(name, told[name], faults)


def _known(name: str, table: Any, faults: list[str]) -> Mapping[str, Any]:
    if not isinstance(table, dict):
        faults.append(f"[{name}] is no table.")
        return {}
    faults += [f"[{name}]: {key!r} is not known." for key in sorted(table.keys() - _TABLES[name])]
    return table


def _us(table: Mapping[str, Any], faults: list[str]) -> Us:
    return Us(
        _matching(table, "us", "id", _ID, faults),
        _matching(table, "us", "org", _ORG, faults),
        _text(table, "us", "name", faults),
        _text(table, "us", "service", faults) if "service" in table else SERVICE,
        _matching(table, "us", "intake", _UNIT, faults) if "intake" in table else "",
        _text(table, "us", "intake_name", faults) if "intake_name" in table else "",
    )


def _helseid(table: Mapping[str, Any], faults: list[str]) -> HelseId:
    return HelseId(
        _address(table, "helseid", "address", faults),
        _text(table, "helseid", "client_id", faults),
        _text(table, "helseid", "scope", faults),
    )


def _location(table: Mapping[str, Any], faults: list[str]) -> Location:
    serves = table.get("serves", False)
    if not isinstance(serves, bool):
        faults.append("[location]: `serves` is true or false.")
    return Location(
        _address(table, "location", "address", faults) if "address" in table else "", serves is True
    )


def _limits(table: Mapping[str, Any], faults: list[str]) -> Limits:
    found = {name: table[name] for name in ("question", "index") if name in table}
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.05 <= value <= LIMIT_MAX_S:
            faults.append(f"[limits]: `{name}` is 0.05 to {LIMIT_MAX_S} seconds.")
            return Limits()
    return Limits(**{name: float(value) for name, value in found.items()})


def _storage(table: Mapping[str, Any], faults: list[str]) -> Storage:
    tenants = table.get("tenants", {})
    right = isinstance(tenants, dict) and all(
        _ORG.fullmatch(org) and isinstance(number, int) and not isinstance(number, bool) and number > 1
        for org, number in tenants.items()
    )
    if not right or len(set(tenants.values())) < len(tenants):
        faults.append("[storage.tenants]: each organisation number has a tenant of its own, from 2.")
        return Storage()
    return Storage(tenants)


def _source(table: Mapping[str, Any], faults: list[str]) -> Source:
    central = table.get("central", False)
    if not isinstance(central, bool):
        faults.append("[[source]]: `central` is true or false.")
    return Source(
        _matching(table, "source", "id", _ID, faults),
        _text(table, "source", "name", faults),
        _matching(table, "source", "org", _ORG, faults),
        _address(table, "source", "base", faults),
        central is True,
    )


def _text(table: Mapping[str, Any], where: str, name: str, faults: list[str]) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 300:
        faults.append(f"[{where}]: `{name}` must be a text.")
        return ""
    return value


def _matching(
    table: Mapping[str, Any], where: str, name: str, pattern: re.Pattern[str], faults: list[str]
) -> str:
    value = _text(table, where, name, faults)
    if value and not pattern.fullmatch(value):
        faults.append(f"[{where}]: `{name}` is not of the right form.")
    return value


def _address(table: Mapping[str, Any], where: str, name: str, faults: list[str]) -> str:
    value = _text(table, where, name, faults)
    if not value:
        return ""
    parts = urlsplit(value)
    safe = parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(value))
    if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        faults.append(f"[{where}]: `{name}` must begin with https://.")
    return value.rstrip("/")


def _refused(faults: list[str]) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-SHARE-001",
        f"{FILE_NAME} is wrong; nobody is asked by it.",
        why=" ".join(faults[:20]),
        now="Correct it; src/akson/app/neighbours/declared.py shows a whole one.",
        issues=[Issue("value", fault) for fault in faults[:20]],
        permanent=True,
    )
