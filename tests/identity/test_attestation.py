"""Our model of the attestation against the schemas beside the repository, the 54 rules, and what we make ourselves."""

import json
import random
import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from akson.access.actor import PurposeOfUse
from akson.access.facts import Relation
from akson.app.cast import CAST
from akson.fhir.problem import Problem
from akson.identity.attestation.checking import faults
from akson.identity.attestation.making import (
    Place,
    Unit,
    attestation,
    decision_id,
    organisation,
    parameters,
    request_details,
    stated,
)
from akson.identity.attestation.model import ATTESTATION, PARAMETERS, Element
from akson.identity.attestation.refusals import BY_RULE
from akson.identity.attestation.rules import RULES, page_markdown

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
RELATION = Relation(
    "astrid", "Organization/hjemmetjenesten-ost", "service-decision", datetime(2026, 1, 3, tzinfo=UTC), None
)
HOUSE = Unit("999977774", "Storvik kommune")
LOCAL_UNITS = "urn:uuid:0d9c6a51-0a9b-4f0e-9c1e-2f6f6d3f1a11"
EAST = Unit("ost", "Hjemmetjenesten Øst", LOCAL_UNITS, "urn:no:999977774")
PLACE = Place(HOUSE, Unit("999977775", "Hjemmetjenesten"), EAST)


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """The few keywords of JSON Schema that these schemas use, written from the specification alone."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool}
    if kind := schema.get("type"):
        if kind == "integer":
            if isinstance(value, bool) or not isinstance(value, int):
                return False
        elif not isinstance(value, kinds[kind]):
            return False
    checks = [
        "const" not in schema or value == schema["const"],
        "enum" not in schema or value in schema["enum"],
        all(fits(value, part, root) for part in schema.get("allOf", ())),
        "anyOf" not in schema or any(fits(value, part, root) for part in schema["anyOf"]),
        "oneOf" not in schema or sum(fits(value, part, root) for part in schema["oneOf"]) == 1,
    ]
    if isinstance(value, dict):
        checks.append(all(name in value for name in schema.get("required", ())))
        checks += [fits(value[n], s, root) for n, s in schema.get("properties", {}).items() if n in value]
    if isinstance(value, list) and "items" in schema:
        checks += [fits(item, schema["items"], root) for item in value]
    if isinstance(value, str):
        checks.append(len(value) >= schema.get("minLength", 0))
        checks.append("pattern" not in schema or re.search(schema["pattern"], value) is not None)
    if isinstance(value, int) and not isinstance(value, bool):
        checks.append(value >= schema.get("minimum", value))
    return all(checks)


def examples(shared: Path) -> dict[str, Any]:
    folder = shared / "trust-framework" / "examples"
    found = {p.name: json.loads(p.read_text()) for p in sorted(folder.glob("[cp]*/*.json"))}
    for name in [n for n in found if "attestation" not in found[n]]:
        found[f"{name}, wrapped"] = {"attestation": {"toa": 1_764_000_000, **found[name]}}
    return found


def schema(shared: Path, name: str) -> dict[str, Any]:
    return json.loads((shared / "trust-framework" / "schemas" / name).read_text())


def mutated(value: Any, chance: random.Random) -> Any:
    """A copy with one thing taken away, replaced, or added somewhere in it."""
    found = deepcopy(value)
    places: list[tuple[Any, Any]] = []

    def walk(node: Any) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                walk(node[key])

    walk(found)
    node, key = chance.choice(places)
    odd = [
        "",
        "x",
        "urn:oid:1.2",
        7,
        True,
        None,
        [],
        {},
        {"id": "1", "system": "urn:x"},
        [{}],
        "999977774",
        "BTG",
    ]
    if chance.random() < 0.4:
        del node[key]
    else:
        node[key] = chance.choice(odd)
    return found


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("attestation-1.1.schema.json", ATTESTATION),
        ("rar-tillitsrammeverk-parameters.schema.json", PARAMETERS),
    ],
)
def test_ours_and_the_schemas_verdict_are_the_same(shared: Path, name: str, element: Element) -> None:
    theirs = schema(shared, name)
    if element is ATTESTATION:
        given = list(examples(shared).values())
    else:
        rar = json.loads(
            (shared / "trust-framework/examples/rar/organization-and-trust-framework.json").read_text()
        )
        given = [rar[1], parameters(_statement())]
    chance = random.Random(1)
    agreed = {True: 0, False: 0}
    for value in given + [mutated(chance.choice(given), chance) for _ in range(5_000)]:
        verdict = fits(value, theirs, theirs)
        assert (not faults(value, element)) == verdict, value
        agreed[verdict] += 1
    assert min(agreed.values()) > 100


def test_examples_are_judged_as_they_say(shared: Path) -> None:
    for name, value in examples(shared).items():
        if name.startswith("valid"):
            assert not faults(value, ATTESTATION), name
        elif name.startswith("invalid") and "toa" not in name:
            found = faults(value, ATTESTATION)
            rule = re.search(r"ATT-\d+", value["_expect"])
            assert found and (rule is None or rule[0] in {f.rule for f in found}), name


def test_the_54_rules_are_all_there_and_the_page_is_theirs(shared: Path) -> None:
    published = json.loads((shared / "trust-framework" / "rules" / "attestation-rules.json").read_text())
    assert [(r.id, r.about, r.enforced_by) for r in RULES] == [
        (p["id"], p["attribute"], ", ".join(p["enforced_by"])) for p in published
    ]
    assert len(RULES) == 54


def test_the_page_is_made_from_the_table() -> None:
    assert (ROOT / "docs" / "security" / "attestation.md").read_text("utf-8") == page_markdown()


def test_every_test_that_is_named_exists() -> None:
    defined = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        defined |= set(re.findall(r"def (test_\w+)\(", path.read_text("utf-8")))
    missing = {rule.test for rule in RULES if rule.test} - defined
    assert not missing
    assert set(BY_RULE) <= {rule.id for rule in RULES}


def _statement(**more: Any):
    given: dict[str, Any] = {
        "actor": CAST["ida"],
        "national_id": "01827090057",
        "place": PLACE,
        "purpose": PurposeOfUse.TREATMENT,
        "service": ("KP02", "Sykepleietjeneste"),
        "details": ("15", "Helsetjenester i hjemmet"),
        "patients": ("12844290185",),
    } | more
    return stated(given.pop("actor"), RELATION, **given)


def test_what_we_make_is_what_we_would_accept(shared: Path) -> None:
    theirs = schema(shared, "attestation-1.1.schema.json")
    for statement in (
        _statement(),
        _statement(service=None),
        _statement(details=None, place=Place(HOUSE), patients=()),
        _statement(purpose=PurposeOfUse.EMERGENCY),
        replace(_statement(), actor=CAST["kari"], purpose=PurposeOfUse.CARE_COORDINATION),
    ):
        made = attestation(statement, NOW)
        assert fits(made, theirs, theirs) and not faults(made, ATTESTATION)
        inner = made["attestation"]
        assert inner["toa"] == int(NOW.timestamp())
        assert ("hpr_nr" in inner["practitioner"]) == bool(statement.actor.hpr)
        assert inner["care_relation"]["decision_ref"]["user_selected"] is (
            statement.purpose is PurposeOfUse.EMERGENCY
        )
        assert inner["practitioner"]["point_of_care"]["id"] == (statement.place.point_of_care or HOUSE).number


def test_the_request_to_the_anchor_names_nobody(shared: Path) -> None:
    theirs = schema(shared, "rar-tillitsrammeverk-parameters.schema.json")
    made = parameters(_statement(place=Place(HOUSE)))
    assert fits(made, theirs, theirs)
    text = json.dumps(made)
    assert (
        "01827090057" not in text
        and "12844290185" not in text
        and "Ida" not in text
        and "9900001" not in text
    )
    assert made["patients"] == [{}] and "department" not in made["practitioner"]


def test_details_stand_in_one_place() -> None:
    details = [organisation("999977774", "999977775"), parameters(_statement())]
    claims, form = request_details(details, in_assertion=True)
    assert claims["assertion_details"] == details and not form
    claims, form = request_details(details, in_assertion=False)
    assert form["authorization_details"] == details and not claims
    single = organisation("999977774")["practitioner_role"]["organization"]["identifier"]
    assert single == {"system": "urn:oid:2.16.578.1.12.4.1.4.101", "type": "ENH", "value": "999977774"}


def test_nothing_is_vouched_for_without_a_relation_of_the_users_own() -> None:
    with pytest.raises(Problem) as refused:
        _statement(actor=CAST["omar"])
    assert refused.value.id == "AKS-ATTEST-090"
    with pytest.raises(Problem) as refused:
        _statement(purpose=PurposeOfUse.RESEARCH)
    assert refused.value.id == "AKS-ATTEST-091"
    with pytest.raises(Problem) as refused:
        attestation(_statement(service=None, details=None), NOW)
    assert refused.value.id == "AKS-ATTEST-092" and "ATT-43" in refused.value.why


def test_a_decision_has_one_id_that_leads_nowhere_else() -> None:
    one = decision_id(1, RELATION)
    assert one == decision_id(1, replace(RELATION)) and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", one)
    assert one != decision_id(2, RELATION) and one != decision_id(1, replace(RELATION, patient="bo"))
    assert "astrid" not in one
