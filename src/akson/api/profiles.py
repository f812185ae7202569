"""Profiles for `$validate`: of the operator's folder, and of the record as far as the reader may see.

    known = await profiles_for(call, resource, asked)         validate(resource, profiles=asked, known=known)

The folder (setting `profiles`) holds StructureDefinition, ValueSet and CodeSystem as JSON files or in packages (.tgz, as
https://hl7.org/fhir/packages.html describes). It is read when the first resource is validated. What a profile means is
`akson.fhir.validation.profiles`'; nothing is ever fetched from the address that a profile is named by.
"""

import logging
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from akson.fhir.codec import json
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.fhir.validation import Profiles
from akson.record.session import RecordSession
from akson.terminology import Terminology
from akson.terminology.validating import CodesOf

FILES_MAX = 20_000
FILE_BYTES_MAX = 64 * 1024 * 1024
ROUNDS_MAX = 5
"""A profile derives from another, and names value sets, and they name code systems."""
LOOKED_FOR_MAX = 60
_KINDS = ("StructureDefinition", "ValueSet", "CodeSystem")
_TYPES = frozenset(_KINDS)
_GUIDE = "ImplementationGuide"
_CORE = "http://hl7.org/fhir/"

Json = dict[str, Any]
_log = logging.getLogger("akson")


class Judged(Protocol):
    """Of a call: whose record is looked in."""

    @property
    def session(self) -> RecordSession: ...


class ProfileFolder:
    """Built once per process; `None` when the operator has none."""

    def __init__(self, folder: Path | None, terminology: Terminology) -> None:
        # A path in an order to a worker arrives as text.
        self._folder = Path(folder) if folder else None
        self._terminology = CodesOf(terminology)
        self._known: Profiles | None = None

    @property
    def empty(self) -> bool:
        return self._folder is None

    def known(self) -> Profiles:
        """Read when first asked for, which takes seconds for a large guide: call it beside the event loop."""
        if self._known is None:
            files = _files(self._folder) if self._folder else ()
            self._known = Profiles(_versioned(_readable(files)), self._terminology)
        return self._known


async def look_up(call: Judged, known: Profiles, urls: Iterable[str]) -> Profiles:
    """`known`, and what the record has of `urls` and of what those need."""
    wanted = {("StructureDefinition", url.partition("|")[0]) for url in urls}
    looked_for: set[tuple[str, str]] = set()
    found: list[Json] = []
    for _ in range(ROUNDS_MAX):
        missing = sorted(w for w in wanted - looked_for if _is_missing(known, *w))
        if not missing or len(looked_for) >= LOOKED_FOR_MAX:
            break
        missing = missing[: LOOKED_FOR_MAX - len(looked_for)]
        looked_for |= set(missing)
        more = [one for kind, url in missing for one in await _in_record(call.session, kind, url)]
        found += more
        wanted |= {needed for one in more for needed in _needed(one)}
    return known.along(found) if found else known


def _is_missing(known: Profiles, kind: str, url: str) -> bool:
    return bool(url) and not url.startswith(_CORE) and not (kind == "StructureDefinition" and url in known)


async def _in_record(session: RecordSession, kind: str, url: str) -> list[Json]:
    """The newest of that name."""
    escaped = url.replace("\\", "\\\\").replace(",", "\\,").replace("|", "\\|").replace("$", "\\$")
    page = await session.search(parse(kind, [("url", escaped), ("_sort", "-_lastUpdated"), ("_count", "1")]))
    return [json.parse(stored.body) for stored in page.matches if stored.body]


def _needed(resource: Json) -> Iterator[tuple[str, str]]:
    """What a profile or value set names in turn."""
    if resource["resourceType"] == "StructureDefinition":
        yield "StructureDefinition", str(resource.get("baseDefinition", ""))
        for element in _elements(resource):
            for type in element.get("type", ()):
                yield from (("StructureDefinition", str(url)) for url in type.get("profile", ()))
            yield "ValueSet", str(element.get("binding", {}).get("valueSet", "")).partition("|")[0]
    elif resource["resourceType"] == "ValueSet":
        for part in resource.get("compose", {}).get("include", ()):
            yield "CodeSystem", str(part.get("system", ""))
            yield from (("ValueSet", str(url).partition("|")[0]) for url in part.get("valueSet", ()))


def _elements(structure: Json) -> Iterator[Json]:
    for part in ("differential", "snapshot"):
        yield from structure.get(part, {}).get("element", ())


def _files(folder: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(name, how to read it) of every JSON file, also in packages."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix in (".json", ".tgz") and p.is_file())
    for path in paths[:FILES_MAX]:
        if path.suffix == ".json":
            if path.stat().st_size <= FILE_BYTES_MAX:
                yield path.name, path.read_bytes
        else:
            yield from _packed(path)


def _packed(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The files directly in `package/`; examples stand in folders of their own."""
    try:
        with tarfile.open(path, "r:gz") as package:
            for number, member in enumerate(package):
                name = member.name.removeprefix("./")
                plain = member.isfile() and name.startswith("package/") and name.count("/") == 1
                if number >= FILES_MAX or not plain or not name.endswith(".json"):
                    continue
                opened = package.extractfile(member) if member.size <= FILE_BYTES_MAX else None
                if opened is not None:
                    yield f"{path.name}: {name}", opened.read
    except (tarfile.TarError, EOFError, OSError) as unreadable:
        _log.warning("AKS-API-070 package %s cannot be read: %s", path.name, type(unreadable).__name__)


def _readable(files: Iterable[tuple[str, Callable[[], bytes]]]) -> Iterator[Json]:
    """Those that profiles are made of. One that is broken is told to the operator, and leaves the others usable."""
    for name, read in files:
        try:
            content = read()
            resource = (
                json.parse(content) if any(kind.encode() in content for kind in (*_KINDS, _GUIDE)) else {}
            )
        except (Problem, OSError, tarfile.TarError, EOFError) as unreadable:
            _log.warning("AKS-API-070 profile file %s cannot be read: %s", name, type(unreadable).__name__)
            continue
        if resource.get("resourceType") in {*_TYPES, _GUIDE} and isinstance(resource.get("url"), str):
            yield resource


def _versioned(resources: Iterable[Json]) -> Iterator[Json]:
    """A profile that says no version of its own has that of the guide below whose address it stands."""
    every = list(resources)
    guides = {
        str(one["url"]).partition(f"/{_GUIDE}/")[0]: one["version"]
        for one in every
        if one["resourceType"] == _GUIDE and one.get("version")
    }
    for one in every:
        base = str(one["url"]).partition("/StructureDefinition/")[0]
        if one["resourceType"] == "StructureDefinition" and not one.get("version") and base in guides:
            yield one | {"version": guides[base]}
        elif one["resourceType"] in _TYPES:
            yield one
