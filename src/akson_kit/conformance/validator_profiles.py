"""The official validator's R4 cases against a profile that comes with the case (FHIR/fhir-test-cases)."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from akson.fhir.codec import json as fhir_json
from akson.fhir.codec import xml as fhir_xml
from akson.fhir.problem import Problem
from akson.fhir.validation import Profiles, validate
from akson_kit.conformance.result import SuiteResult, result

NAME = "Validator, profiles"


def run(folder: Path) -> SuiteResult:
    cases = json.loads((folder / "validator" / "profile-r4.json").read_text("utf-8"))

    def judged() -> Iterator[tuple[str, str | None, bool]]:
        with zipfile.ZipFile(folder / "validator" / "files.zip") as files:
            for case in cases:
                found = _found(case, files)
                wrong = bool(found) is case["valid"]
                shown = f"{'good' if case['valid'] else 'bad'}, found {found[:2]}" if wrong else None
                # Errors that need a terminology of others are not asked of Akson.
                external = not case["valid"] and case["external_errors"] >= case["errors"]
                yield case["id"], shown, external or _is_display(case)

    return result(NAME, judged())


def _is_display(case: dict[str, Any]) -> bool:
    """Whether all that is wrong is the display of a LOINC or SNOMED CT code."""
    return bool(case["issues"]) and all("Wrong Display Name" in issue["text"] for issue in case["issues"])


def _found(case: dict[str, Any], files: zipfile.ZipFile) -> list[str]:
    try:
        known = Profiles(
            [_read(name, files) for name in dict.fromkeys([*case["definitions"], case["profile"]])]
        )
        resource = _read(case["file"], files)
        return [
            i.text for i in validate(resource, profiles=[_read(case["profile"], files)["url"]], known=known)
        ]
    except Problem as problem:
        return [f"{problem.what} {problem.why}"]


def _read(name: str, files: zipfile.ZipFile) -> dict[str, Any]:
    return (fhir_xml if name.endswith(".xml") else fhir_json).parse(files.read(name))
