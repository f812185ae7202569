"""What a message says, field by field, out of the extension that the post keeps it in (exchange/README.md).

    fields = Fields.of(communication)
    fields.codes("MeldingUtskrivningsklarPasient/TidsfestetHendelse/Hendelsekode")  -> ["1", "3"]

A path is the names of the message format's elements. Nothing here knows what a field means.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from akson.care.contacts.messages import FIELDS
from akson.care.fhir_json import Resource


@dataclass(frozen=True, slots=True)
class Fields:
    parts: tuple[Resource, ...]

    @classmethod
    def of(cls, communication: Resource) -> "Fields":
        told = (e for e in communication.get("extension") or () if e.get("url") == FIELDS)
        return cls(tuple(part for e in told for part in e.get("extension") or ()))

    def at(self, path: str) -> Iterator["Fields"]:
        """Each element at the end of the path, as what stands in it."""
        return (Fields(tuple(part.get("extension") or ())) for part in self._at(path.split("/")))

    def codes(self, path: str) -> list[str]:
        return [str(part.get("valueCoding", {}).get("code", "")) for part in self._at(path.split("/"))]

    def systems(self, path: str) -> list[str]:
        return [str(part.get("valueCoding", {}).get("system", "")) for part in self._at(path.split("/"))]

    def words(self, path: str) -> str:
        """What the first code there is called."""
        found = (part.get("valueCoding", {}).get("display") for part in self._at(path.split("/")))
        return next((str(w) for w in found if w), "")

    def code(self, path: str) -> str:
        return next((c for c in self.codes(path) if c), "")

    def text(self, path: str) -> str:
        found = (part.get("valueString") or part.get("valueDate") or "" for part in self._at(path.split("/")))
        return next((t for t in found if t), "")

    def has(self, path: str) -> bool:
        return any(True for _ in self._at(path.split("/")))

    def _at(self, steps: list[str]) -> Iterator[Resource]:
        for part in self.parts:
            if part.get("url") != steps[0]:
                continue
            if len(steps) == 1:
                yield part
            else:
                yield from Fields(tuple(part.get("extension") or ()))._at(steps[1:])
