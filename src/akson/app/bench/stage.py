"""What is loaded: transaction Bundles from a folder (`--synthea`) or from the demo's generator, cloned as often as needed.

Round 0 is the data as it is. Every other round is the same data with new ids, and with other family names and identifiers
(clones.py), so that a search by name finds as many in a large record as in a small one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from akson.app.bench.client import Request
from akson.app.bench.clones import family_of, id_of, identifier_of
from akson.app.bench.people import Person, Sketch, ids_of
from akson.app.loading.sources import find
from akson.app.loading.units import Unit, units
from akson.fhir.codec.json import encode, parse
from akson.fhir.problem import Problem, ProblemKind

CITIZENS = 300
DEMO_DAY = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Template:
    """One Bundle: `body(clone)` is it as the clone of that number; 0 is itself."""

    body: Callable[[int], bytes]
    size: int
    sketch: Sketch
    once: bool = False
    """Organisations and staff under ids of their own: made in round 0, then everybody refers to them."""


@dataclass(slots=True)
class Stage:
    name: str
    templates: list[Template]
    people: list[Person] = field(default_factory=list)
    """Of the rounds that were to be remembered."""
    _round: int = 0

    def next_round(self, *, remember: bool) -> Iterator[Request]:
        number, self._round = self._round, self._round + 1
        for template in self.templates:
            if number and template.once:
                continue
            then = self._remember(template, number) if remember else None
            yield Request("POST", "", template.body(number), template.size, then)

    def rounds(self, count: int) -> Iterator[Request]:
        """Several rounds as one load, each made when it is needed: ten thousand patients are gigabytes."""
        for _ in range(count):
            yield from self.next_round(remember=True)

    def _remember(self, template: Template, clone: int) -> Callable[[bytes], None]:
        def remember(answer: bytes) -> None:
            if person := template.sketch.person(ids_of(answer), clone):
                self.people.append(person)

        return remember

    def sample(self) -> bytes:
        """A Bundle of middling size, for limits that need one."""
        return sorted((template.body(0) for template in self.templates), key=len)[len(self.templates) // 2]


def from_folder(folder: Path) -> Stage:
    """Every transaction Bundle of a folder. Raises Problem AKS-APP-042 when there is none."""
    read = (unit for source in find([folder]) for unit in units(source) if unit.whole)
    templates = [_template(bundle_of(unit)) for unit in read]
    if not templates:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-APP-042", f"There is no transaction Bundle in {folder}.")
    return Stage(folder.name, templates)


def from_demo(citizens: int = CITIZENS) -> Stage:
    """The demo's people, told from a fixed day."""
    from akson.app.demo import Scene, bundles

    return Stage("the demo", [_template(encode(b)) for b in bundles(Scene.on(DEMO_DAY), citizens=citizens)])


def bundle_of(unit: Unit) -> bytes:
    """The Bundle again, from what was read of it."""
    entries = []
    for change in unit.changes:
        request = {"method": change.method, "url": f"{change.type}/{change.id}" if change.id else change.type}
        if change.if_none_exist:
            request["ifNoneExist"] = change.if_none_exist
        head = {"fullUrl": change.full_url, "request": request} if change.full_url else {"request": request}
        entries.append(msgspec.json.encode(head)[:-1] + b',"resource":' + (change.body or b"null") + b"}")
    return b'{"resourceType":"Bundle","type":"transaction","entry":[' + b",".join(entries) + b"]}"


def _template(body: bytes) -> Template:
    bundle = parse(body)
    sketch = Sketch.of([entry.get("resource") or {"resourceType": ""} for entry in bundle["entry"]])
    own = {e["request"]["url"] for e in bundle["entry"] if e["request"]["method"] == "PUT"}
    size = len(bundle["entry"])
    if sketch.patient is None:
        return Template(lambda _clone: body, size, sketch, once=bool(own))
    if own:
        return Template(
            lambda clone: encode(_renamed(parse(body), own, clone)) if clone else body, size, sketch
        )
    return Template(_spliced(body, bundle["entry"][sketch.patient]["resource"]), size, sketch)


def _spliced(body: bytes, patient: dict[str, Any]) -> Callable[[int], bytes]:
    """For Bundles whose ids the node gives: a clone differs in its Patient alone, and costs the client next to nothing."""
    raw = next(r for r in resources(body) if msgspec.json.decode(r).get("resourceType") == "Patient")
    before, _, after = body.partition(bytes(raw))
    return lambda clone: before + encode(_called(patient, clone)) + after if clone else body


class _RawEntry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw(b"{}")


class _RawBundle(msgspec.Struct):
    entry: list[_RawEntry]


def resources(body: bytes) -> list[bytes]:
    """Each resource of a Bundle as it stands there."""
    return [bytes(entry.resource) for entry in msgspec.json.decode(body, type=_RawBundle).entry]


def _called(patient: dict[str, Any], clone: int) -> dict[str, Any]:
    """The Patient under the clone's name and identifiers."""

    def other(
        items: list[dict[str, Any]], element: str, name: Callable[[str, int], str]
    ) -> list[dict[str, Any]]:
        return [{**i, element: name(i[element], clone)} if element in i else i for i in items]

    names = other(patient.get("name", []), "family", family_of)
    known = other(patient.get("identifier", []), "value", identifier_of)
    return {**patient, **({"name": names} if names else {}), **({"identifier": known} if known else {})}


def _renamed(bundle: dict[str, Any], own: set[str], clone: int) -> dict[str, Any]:
    """Every `Type/id` that the Bundle itself puts, wherever it is named, under the clone's own id."""

    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: other(item) for name, item in value.items()}
        if isinstance(value, list):
            return [other(item) for item in value]
        if isinstance(value, str) and value in own:
            type, _, id = value.partition("/")
            return f"{type}/{id_of(id, clone)}"
        return value

    entries = []
    for entry in bundle["entry"]:
        resource, url = other(entry["resource"]), other(entry["request"]["url"])
        if "/" in url:
            # Only the resource's own id: what it contains is named within it.
            resource["id"] = url.partition("/")[2]
        if resource["resourceType"] == "Patient":
            resource = _called(resource, clone)
        entries.append({"resource": resource, "request": {**entry["request"], "url": url}})
    return {**bundle, "entry": entries}
