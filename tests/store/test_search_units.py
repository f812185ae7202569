"""Quantities across units, and composites that need no index of their own."""

from typing import Any

import pytest
from stage import LOINC, UCUM, Stage, observation


def amount(value: float, code: str, system: str = UCUM) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "unit": code, "system": system, "code": code}}


def component(loinc: str, value: float, unit: str) -> dict[str, Any]:
    return {"code": {"coding": [{"system": LOINC, "code": loinc}]}, **amount(value, unit)}


@pytest.fixture
async def measured(stage: Stage) -> Stage:
    await stage.put(
        observation("g", **amount(5.4, "g")),
        observation("mg", **amount(5400, "mg")),
        observation("kg", **amount(80, "kg")),
        observation("mmHg", **amount(120, "mm[Hg]")),
        observation("kPa", **amount(16, "kPa")),
        observation("minute", **amount(72, "/min")),
        observation("second", **amount(1.2, "/s")),
        observation("celsius", **amount(37, "Cel")),
        observation("other", **amount(5.4, "g", "urn:other")),
        observation("unknown", **amount(5.4, "klunk")),
        observation("below", valueQuantity={"value": 6, "comparator": "<", "system": UCUM, "code": "g"}),
        observation(
            "pressure", component=[component("8480-6", 16, "kPa"), component("8462-4", 60, "mm[Hg]")]
        ),
    )
    return stage


FOUND = (
    (f"value-quantity=5.4|{UCUM}|g", {"g", "mg"}),
    (f"value-quantity=5400|{UCUM}|mg", {"g", "mg"}),
    (f"value-quantity=0.0054|{UCUM}|kg", {"g", "mg"}),
    (f"value-quantity=ge5400|{UCUM}|mg", {"g", "mg", "kg", "below"}),
    (f"value-quantity=gt5400|{UCUM}|mg", {"kg", "below"}),
    (f"value-quantity=lt1|{UCUM}|kg", {"g", "mg", "below"}),
    (f"value-quantity=eb1|{UCUM}|kg", {"g", "mg", "below"}),
    (f"value-quantity=15.9|{UCUM}|kPa", set()),
    (f"value-quantity=16|{UCUM}|kPa", {"mmHg", "kPa"}),
    (f"value-quantity=120|{UCUM}|mm[Hg]", {"mmHg", "kPa"}),
    (f"value-quantity=72|{UCUM}|/min", {"minute", "second"}),
    (f"value-quantity=310.15|{UCUM}|K", {"celsius"}),
    (f"value-quantity=5.4|{UCUM}|klunk", {"unknown"}),
    (f"value-quantity=5.4|{UCUM}|", {"g", "unknown"}),
    ("value-quantity=5.4|urn:other", {"other"}),
    ("value-quantity=5.4||g", {"g", "other"}),
    ("value-quantity=5.4", {"g", "other", "unknown"}),
    ("value-quantity=5400", {"mg"}),
    ("value-quantity=0.0054", set()),
    (f"code-value-quantity={LOINC}|8867-4$5400|{UCUM}|mg", {"g", "mg"}),
    ("code-value-quantity=8867-4$5.4", {"g", "other", "unknown"}),
    ("code-value-quantity=8480-6$16", set()),
    (f"component-code-value-quantity=8480-6$120|{UCUM}|mm[Hg]", {"pressure"}),
    (f"component-code-value-quantity=8462-4$120|{UCUM}|mm[Hg]", set()),
    (f"combo-code-value-quantity=8480-6$120|{UCUM}|mm[Hg]", {"pressure"}),
    (f"combo-code-value-quantity=8867-4$120|{UCUM}|mm[Hg]", {"mmHg", "kPa"}),
    ("combo-code-value-quantity:missing=false&_id=pressure,g", {"pressure", "g"}),
    ("code-value-quantity:missing=true", {"pressure"}),
)


async def test_found(measured: Stage) -> None:
    for text, found in FOUND:
        assert set(await measured.ids(f"Observation?{text}")) == found, text
        narrow = f"Observation?patient=astrid&{text}"
        assert set(await measured.ids(narrow)) == found, narrow


async def test_a_number_beyond_this_world_is_kept_as_written(stage: Stage) -> None:
    await stage.put(observation("huge", **amount(1e300, "mg")))
    assert await stage.ids("Observation?value-quantity=gt1e299") == ["huge"]
    assert await stage.ids(f"Observation?value-quantity=gt1e299|{UCUM}|mg") == ["huge"]
