"""The official schemas, when the folder of real data is there: what a counterpart checks what it receives with.

Referee.of_this_machine().faults(document)    [] valid · ["Element …"] not · None: nobody can say, the schemas are absent
"""

import os
from pathlib import Path

from lxml import etree

from akson.fhir import markup
from akson.fhir.problem import Problem

COLLECTOR = Path("norwegian-messages") / "schemas" / "alle-navnerom.xsd"
_XSD = "http://www.w3.org/2001/XMLSchema"
_LABSVAR = "http://www.kith.no/xmlstds/labsvar"
_KITH, _EHELSE = (f"http://www.{house}.no/xmlstds/eresept" for house in ("kith", "ehelse"))
BESIDE = {
    f"{_LABSVAR}/2005-03-14": "svarrapport/svar-v12",
    f"{_LABSVAR}/2008-12-01": "svarrapport/svar-v13",
    f"{_LABSVAR}/2012-02-15": "svarrapport/svar-v1.4",
    f"{_KITH}/forskrivning/2013-10-08": "eresept/Forskrivning-2013-10-08",
    f"{_KITH}/m1/2013-10-08": "eresept/ER-M1-2013-10-08",
    f"{_KITH}/m251/2013-10-08": "eresept/ER-M251-2013-10-08",
    f"{_KITH}/m252/2013-10-08": "eresept/ER-M252-2013-10-08",
    f"{_KITH}/m253/2013-10-08": "eresept/ER-M253-2013-10-08",
    f"{_KITH}/m271/2013-04-16": "eresept/ER-M271-2013-04-16",
    f"{_KITH}/m272/2013-04-16": "eresept/ER-M272-2013-04-16",
    f"{_KITH}/m273/2012-06-11": "eresept/ER-M273-2012-06-11",
    f"{_KITH}/m274/2012-06-11": "eresept/ER-M274-2012-06-11",
    f"{_KITH}/m28/2012-06-11": "eresept/ER-M28-2012-06-11",
    f"{_KITH}/m92/2013-10-08": "eresept/ER-M92-2013-10-08",
    f"{_KITH}/m911/2014-01-21": "eresept/ER-M911-2014-01-21",
    f"{_KITH}/m912/2014-01-21": "eresept/ER-M912-2014-01-21",
    f"{_EHELSE}/m911/2018-07-01": "eresept/ER-M911-2018-07-01",
    f"{_EHELSE}/m912/2018-07-01": "eresept/ER-M912-2018-07-01",
}
"""Test results and prescriptions, which the collector leaves out: namespace -> file beside it."""
FAULTS_TOLD_MAX = 3


def official(shared: Path) -> etree.XMLSchema:
    """Every official schema at once, of the folder of real data."""
    schemas = (shared / COLLECTOR).parent.resolve()
    root = etree.Element(f"{{{_XSD}}}schema")
    etree.SubElement(root, f"{{{_XSD}}}include", schemaLocation=(schemas / COLLECTOR.name).as_uri())
    for namespace, name in BESIDE.items():
        place = (schemas / f"{name}.xsd").as_uri()
        etree.SubElement(root, f"{{{_XSD}}}import", namespace=namespace, schemaLocation=place)
    return etree.XMLSchema(root)


class Referee:
    def __init__(self, schema: etree.XMLSchema | None) -> None:
        self._schema = schema

    @classmethod
    def of_this_machine(cls) -> "Referee":
        """By AKSON_SHARED; without it nobody judges, and the books say so."""
        folder = os.environ.get("AKSON_SHARED", "")
        there = bool(folder) and (Path(folder) / COLLECTOR).is_file()
        return cls(official(Path(folder)) if there else None)

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
