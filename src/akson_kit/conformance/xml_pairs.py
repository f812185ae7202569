"""The same resource as XML and as JSON; each must become the other."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from akson.fhir import markup
from akson.fhir.codec import json as fhir_json
from akson.fhir.codec import xml as fhir_xml
from akson.fhir.codec.xml.writing import text_of
from akson.fhir.problem import Problem
from akson_kit.conformance.result import SuiteResult, result

NAME = "XML and JSON"


# Pairs whose two sides hold different things.
UNEQUAL = {"observation-example": "the XML has an extension (patient-age) that the JSON lacks"}

_EXPONENT = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d+")


def run(folder: Path) -> SuiteResult:
    def judged() -> Iterator[tuple[str, str | None, bool]]:
        for path in sorted((folder / "xml-pairs").glob("*.xml")):
            found = _judge(path.read_bytes(), path.with_suffix(".json").read_bytes())
            yield path.stem, found, path.stem in UNEQUAL

    return result(NAME, judged())


def _judge(as_xml: bytes, as_json: bytes) -> str | None:
    try:
        from_xml, from_json = fhir_xml.parse(as_xml), fhir_json.parse(as_json)
        if comparable(from_xml) != comparable(from_json):
            return "the XML read is not the JSON"
        written = fhir_xml.encode(from_json)
    except Problem as problem:
        return f"refused: {problem.what} {problem.why}"
    if _canonical(written) != _canonical(as_xml):
        return "the JSON written as XML is not the XML"
    return None


def comparable(value: Any) -> Any:
    """Numbers as their digits; narratives as trees, since white space and quotes in tags mean nothing."""
    plain = json.loads(fhir_json.encode(value), parse_float=str, parse_int=str)
    return _with_trees(plain)


def _with_trees(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _tree(inner) if name == "div" and isinstance(inner, str) else _with_trees(inner)
            for name, inner in value.items()
        }
    return [_with_trees(one) for one in value] if isinstance(value, list) else value


def _tree(text: str) -> Any:
    try:
        return _canonical(text.encode())
    except Problem:
        return text


def _canonical(data: bytes) -> bytes:
    """Without the white space between elements of FHIR; that inside a narrative counts as one space."""
    root = markup.read(data)
    for element in root.iter():
        value = element.get("value")
        if value is not None and _EXPONENT.fullmatch(value):
            element.set("value", text_of(Decimal(value)))
        for part in ("text", "tail"):
            text = getattr(element, part)
            if text is not None:
                setattr(element, part, " ".join(text.split()) or None)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, method="c14n2", with_comments=False)
