"""Many code systems and value sets in one file, each unpacked when it is asked for.

The file: 4 bytes length of the index, the index, blocks. Index and blocks are zlib of JSON; a block is a list of
resources of about 100 KB. Opening costs the index alone. What is in the files: r4/ and loading.py.
"""

import json
import mmap
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import msgspec

from akson.terminology import reading
from akson.terminology.concepts import CodeSystem, Json
from akson.terminology.library import ValueSet, whole

BLOCK_BYTES = 96 * 1024
Place = tuple[int, int]
"""Block, and number in it."""


class Heading(msgspec.Struct):
    """What is known of a resource without unpacking it."""

    version: str
    title: str
    content: str
    count: int
    """Concepts; 0 for value sets."""
    place: Place


class _Index(msgspec.Struct):
    """Url -> its versions."""

    CodeSystem: dict[str, list[Heading]]
    ValueSet: dict[str, list[Heading]]
    implicit: dict[str, str]
    """Value set of all codes -> its code system, where the value set has no definition of its own."""
    blocks: list[int]


def pack(resources: Iterable[Json]) -> bytes:
    """The file's bytes; the same for the same resources in the same order."""
    blocks: list[bytes] = []
    index: dict[str, dict[str, list[object]]] = {"CodeSystem": {}, "ValueSet": {}}
    implicit: dict[str, str] = {}
    waiting: list[bytes] = []
    for resource in resources:
        kind, url = str(resource["resourceType"]), str(resource["url"])
        heading = {
            "version": str(resource.get("version", "")),
            "title": str(resource.get("title") or resource.get("name") or ""),
            "content": str(resource.get("content", "")),
            "count": _count(resource.get("concept") or ()),
            "place": (len(blocks), len(waiting)),
        }
        index[kind].setdefault(url, []).append(heading)
        if isinstance(resource.get("valueSet"), str):
            implicit[resource["valueSet"]] = url
        waiting.append(_written(resource))
        if sum(map(len, waiting)) > BLOCK_BYTES:
            blocks.append(_block(waiting))
            waiting = []
    if waiting:
        blocks.append(_block(waiting))
    implicit = {v: s for v, s in implicit.items() if v not in index["ValueSet"]}
    head = zlib.compress(_written({**index, "implicit": implicit, "blocks": [len(b) for b in blocks]}), 9)
    return len(head).to_bytes(4, "big") + head + b"".join(blocks)


class Pack:
    """A shelf (library.Shelf). Everything handed out is shared and must not be changed."""

    def __init__(self, packed: "bytes | mmap.mmap") -> None:
        head = int.from_bytes(packed[:4], "big")
        self._index = msgspec.json.decode(zlib.decompress(packed[4 : 4 + head]), type=_Index)
        self._packed = packed
        self._starts = [4 + head]
        for length in self._index.blocks:
            self._starts.append(self._starts[-1] + length)
        self._systems: dict[str, tuple[CodeSystem, ...]] = {}
        self._sets: dict[str, tuple[ValueSet, ...]] = {}
        self._block = lru_cache(maxsize=4)(self._unpacked)

    def systems(self, url: str) -> Sequence[CodeSystem]:
        found = self._systems.get(url)
        if found is None:
            if url not in self._index.CodeSystem:
                return ()
            found = tuple(reading.code_system(self._resource(h)) for h in self._index.CodeSystem[url])
            self._systems[url] = found
        return found

    def value_sets(self, url: str) -> Sequence[ValueSet]:
        found = self._sets.get(url)
        if found is None:
            if held := self._index.ValueSet.get(url):
                found = tuple(ValueSet(self._resource(h)) for h in held)
            elif url in self._index.implicit:
                found = tuple(whole(url, s) for s in self.systems(self._index.implicit[url]))
            else:
                return ()
            self._sets[url] = found
        return found

    def headings(self, kind: str) -> Iterator[tuple[str, Heading]]:
        """(url, heading) of all that it holds of `CodeSystem` or `ValueSet`."""
        held = self._index.CodeSystem if kind == "CodeSystem" else self._index.ValueSet
        return ((url, heading) for url, versions in held.items() for heading in versions)

    def resources(self) -> Iterator[Json]:
        """All of them, as they were packed."""
        for kind in ("CodeSystem", "ValueSet"):
            for _, heading in self.headings(kind):
                yield self._resource(heading)

    def _resource(self, heading: Heading) -> Json:
        block, number = heading.place
        return msgspec.json.decode(self._block(block)[number], type=dict[str, object])

    def _unpacked(self, number: int) -> list[msgspec.Raw]:
        text = zlib.decompress(self._packed[self._starts[number] : self._starts[number + 1]])
        return msgspec.json.decode(text, type=list[msgspec.Raw])


def _count(concepts: Iterable[Json]) -> int:
    return sum(1 + _count(c.get("concept") or ()) for c in concepts)


def _block(written: list[bytes]) -> bytes:
    return zlib.compress(b"[" + b",".join(written) + b"]", 9)


def _written(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
