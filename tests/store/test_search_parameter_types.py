"""A parameter type is one module in the language, one in the store and a case file; the how-to says so, and so it is."""

from pathlib import Path

from akson.fhir.search.values import PARAMETER_TYPES
from akson.store.search import terms

ROOT = Path(__file__).resolve().parents[2]
VALUES = ROOT / "src/akson/fhir/search/values"
TERMS = ROOT / "src/akson/store/search/terms"
CASES = ROOT / "tests/fhir/cases/search_values"
HOW_TO = ROOT / "docs/how-to/search-parameter-type.md"

NO_TYPES_OF_A_PARAMETER = {"chain", "compartment", "composite", "filter", "fulltext", "id", "last_updated"}
"""What a search may ask for beside the values of a parameter: made of types, or outside the resource's elements."""


def modules(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.py")} - {"__init__", "protocol"}


def test_every_type_is_two_modules_and_a_case_file() -> None:
    types = set(PARAMETER_TYPES)
    assert modules(VALUES) == types
    assert {path.stem for path in CASES.glob("*.json")} == types
    assert modules(TERMS) == types | NO_TYPES_OF_A_PARAMETER
    assert types <= set(terms._KINDS)


def test_members_do_not_know_each_other() -> None:
    """But for normal forms named in the import: quantity reads numbers, token reads text."""
    known = {"quantity": {"number"}, "date": {"number"}, "special": {"number"}, "token": {"string"}}
    for folder, allowed in ((VALUES, known), (TERMS, {"string": set()})):
        package = ".".join(folder.relative_to(ROOT / "src").parts)
        for name in modules(folder):
            text = (folder / f"{name}.py").read_text("utf-8")
            named = {
                other
                for other in modules(folder) - {name}
                if f"from {package}.{other} import" in text or f"from {package} import {other}\n" in text
            }
            assert named <= allowed.get(name, set()), (folder.name, name, named)


def test_the_how_to_names_what_is_there() -> None:
    text = HOW_TO.read_text("utf-8")
    for path in (VALUES, TERMS, CASES, Path(__file__)):
        assert str(path.relative_to(ROOT)) in text, path
    for name in ("special.py", "special.json"):
        assert name.replace("special", "<type>") in text
