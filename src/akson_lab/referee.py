"""The official schemas, when the folder of real data is there: what a counterpart checks what it receives with.

Referee.of_this_machine().faults(document)    [] valid · ["Element …"] not · None: nobody can say, the schemas are absent
"""

import os
from pathlib import Path

from lxml import etree

from akson.fhir import markup
from akson.fhir.problem import Problem

COLLECTOR = Path("norwegian-messages") / "schemas" / "alle-navnerom.xsd"
FAULTS_TOLD_MAX = 3


class Referee:
    def __init__(self, schema: etree.XMLSchema | None) -> None:
        self._schema = schema

    @classmethod
    def of_this_machine(cls) -> "Referee":
        """By AKSON_SHARED; without it nobody judges, and the books say so."""
        folder = os.environ.get("AKSON_SHARED", "")
        path = Path(folder) / COLLECTOR
        return cls(etree.XMLSchema(file=str(path)) if folder and path.is_file() else None)

    @property
    def sees(self) -> bool:
        return self._schema is not None

    def faults(self, document: bytes) -> list[str] | None:
        """Names of elements and lines; nothing of what stands in them."""
        try:
            root = markup.read(document)
        except Problem:
            return ["is no XML"]
        if self._schema is None:
            return None
        if self._schema.validate(root):
            return []
        return [f"line {e.line}: {e.type_name}" for e in list(self._schema.error_log)[:FAULTS_TOLD_MAX]]
