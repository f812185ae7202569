"""Cases as NDJSON in, answers as NDJSON out, one line at a time; a line that is no case has an answer of its own."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from akson.care.medication.reconciliation.case import read_case
from akson.care.medication.reconciliation.engine import reconcile
from akson.care.medication.reconciliation.findings import Finding
from akson.care.medication.reconciliation.names import Names, with_rows
from akson.fhir.problem import Problem, ProblemKind

CASE_MAX_BYTES = 4_000_000


def answers(lines: Iterable[bytes], names: Names | None = None) -> Iterator[dict[str, Any]]:
    """`{"id", "findings"}` for each case, `{"id", "line", "error": {"id", "what", "why"}}` for each line that is none."""
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        id = ""
        try:
            value = _parsed(raw)
            id = str(value.get("id", "")) if isinstance(value, dict) else ""
            case = read_case(value)
            yield {"id": case.id, "findings": [as_json(f) for f in reconcile(case, names)]}
        except Problem as problem:
            error = {"id": problem.id, "what": problem.what, "why": problem.why}
            yield {"id": id, "line": number, "error": error}


def as_json(finding: Finding) -> dict[str, Any]:
    return {"class": finding.class_, "lines": list(finding.lines), "why": finding.why}


def names_from(path: Path) -> Names:
    """Akson's table with an operator's `name,substance,atc` rows added. Raises Problem AKS-MED-003."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"name", "substance", "atc"} <= set(rows.fieldnames or ()):
            raise Problem(
                ProblemKind.INVALID,
                "AKS-MED-003",
                "This is no table of names.",
                why="Its first line must name the columns name, substance and atc.",
                now="Write `name,substance,atc` as the first line.",
            )
        return with_rows(rows)


def _parsed(raw: bytes) -> object:
    if len(raw) > CASE_MAX_BYTES:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-MED-002",
            "This line is too long.",
            why=f"At most {CASE_MAX_BYTES} bytes.",
        )
    try:
        value = json.loads(raw.decode("utf-8-sig"))
        if b"\\u" in raw:
            # Half a character (a lone surrogate) can be written in JSON, and the answer could not be written again.
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except (ValueError, RecursionError):
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-MED-002",
            "This line is not JSON.",
            why="A case is one JSON object on one line.",
        ) from None
