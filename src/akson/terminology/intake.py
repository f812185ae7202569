"""Reads files of code systems for `akson terminology load`: FHIR JSON, and the lists that Norwegian authorities publish.

    read([Path("kodeverk/")]) -> Intake(resources=(…952 code systems…), refused=(("x.json", "it has no url"),))

What is taken in stands under its canonical address (systems.py). Where it is kept is loaded.py's.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from akson.fhir.problem import Problem, ProblemKind
from akson.terminology import reading, shape
from akson.terminology.concepts import Json
from akson.terminology.systems import normalise_system

ENDINGS = (".json", ".json.gz", ".ndjson", ".ndjson.gz", ".csv")
FILE_BYTES_MAX = 512 * 1024 * 1024
KEPT = ("CodeSystem", "ValueSet")
LANGUAGE = "nb"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_CSV_HEAD = ["kodeverk", "oid", "kodeverksnavn", "kode", "kodetekst"]


@dataclass(frozen=True, slots=True)
class Intake:
    resources: tuple[Json, ...]
    refused: tuple[tuple[str, str], ...]
    """(file, why)."""


def read(paths: Iterable[Path]) -> Intake:
    """Raises Problem AKS-TERMINOLOGY-050 for a path that is not there, -051 for a kind of file that is not read."""
    found: dict[tuple[str, str, str], Json] = {}
    refused: list[tuple[str, str]] = []
    for path in _files(paths):
        try:
            for resource in _resources(path):
                kept = _usable(resource)
                key = (kept["resourceType"], kept["url"], str(kept.get("version", "")))
                # The same list in two files: one of them may be without a name.
                title = kept.get("title") or found.get(key, {}).get("title")
                found[key] = kept | ({"title": title} if title else {})
        except (ValueError, KeyError, TypeError, AttributeError, EOFError, OSError) as unreadable:
            refused.append((path.name, str(unreadable) or type(unreadable).__name__))
    return Intake(tuple(found.values()), tuple(refused))


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.is_file() and p.name.lower().endswith(ENDINGS))
        elif not path.exists():
            raise Problem(ProblemKind.NOT_FOUND, "AKS-TERMINOLOGY-050", f"There is no file or folder {path}.")
        elif not path.name.lower().endswith(ENDINGS):
            raise Problem(
                ProblemKind.UNSUPPORTED,
                "AKS-TERMINOLOGY-051",
                f"{path.name} is no kind of file that can be loaded.",
                now=f"Give files that end in {', '.join(ENDINGS)}, or folders of them.",
            )
        else:
            found.append(path)
    return found


def _resources(path: Path) -> Iterator[Json]:
    text = _text(path)
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".csv"):
        yield from _from_rows(text)
    elif name.endswith(".ndjson"):
        for line in text.splitlines():
            if line.strip():
                yield from _from_json(json.loads(line))
    else:
        yield from _from_json(json.loads(text))


def _text(path: Path) -> str:
    with path.open("rb") as file:
        stream = gzip.GzipFile(fileobj=file) if path.name.lower().endswith(".gz") else file
        raw = stream.read(FILE_BYTES_MAX + 1)
    if len(raw) > FILE_BYTES_MAX:
        raise ValueError(f"it is larger than {FILE_BYTES_MAX // 1024 // 1024} MB")
    return raw.decode("utf-8-sig")


def _from_json(content: Any) -> Iterator[Json]:
    """A code system or value set, a Bundle of them, or lists by number. Other resources are passed over."""
    if not isinstance(content, dict):
        return
    if isinstance(content.get("kodeverk"), dict):
        yield from _from_lists(content)
    elif content.get("resourceType") == "Bundle":
        for entry in content.get("entry") or ():
            yield from _from_json(entry.get("resource"))
    elif content.get("resourceType") in KEPT:
        yield content


def _from_lists(content: Json) -> Iterator[Json]:
    """`{"kodeverk": {"8258": {"oid": …, "navn": …, "koder": {"1": "OK"}}}}`; the date stands in `kilde`."""
    dated = _DATE.search(str(content.get("kilde", "")))
    for number, held in content["kodeverk"].items():
        yield _system(held["oid"], held.get("navn") or number, held["koder"], dated[0] if dated else "")


def _from_rows(text: str) -> Iterator[Json]:
    rows = csv.reader(io.StringIO(text), delimiter=";")
    if next(rows, None) != _CSV_HEAD:
        raise ValueError(f"its first line is not {';'.join(_CSV_HEAD)}")
    codes: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        codes.setdefault((row[1], row[2]), {})[row[3]] = row[4]
    for (oid, title), held in codes.items():
        yield _system(oid, title, held, "")


def _system(oid: str, title: str, codes: dict[str, str], version: str) -> Json:
    """A picture of one day: codes may have come since, so it is a fragment."""
    return {
        "resourceType": "CodeSystem",
        "url": f"urn:oid:{oid}",
        **({"version": version} if version else {}),
        "title": title,
        "status": "active",
        "language": LANGUAGE,
        "content": "fragment",
        "concept": [{"code": code, "display": text} for code, text in codes.items()],
    }


def _usable(resource: Json) -> Json:
    """Under its canonical address, without what is only for the eye. Raises ValueError for what cannot be used."""
    shape.check(resource)
    if resource["resourceType"] == "CodeSystem":
        reading.code_system(resource)
    if not isinstance(resource.get("url"), str):
        raise ValueError("it has no url")
    kept = {name: value for name, value in resource.items() if name not in ("text", "meta", "contact", "id")}
    return kept | {"url": normalise_system(resource["url"])}
