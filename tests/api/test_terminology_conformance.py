"""The HL7 terminology server tests over the door. https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/testcases.html"""

import asyncio
from pathlib import Path
from typing import Any

from akson_kit.conformance import terminology
from akson_kit.target import Answer
from tests.api.conftest import Fhir

KNOWN = {
    # Expected text without quotes round the system, where other cases of the suite have them.
    "validation/validation-simple-coding-bad-system",
    "errors/unknown-system2",
    # The expected display is not the one of the code system that the case sends.
    "overload/expand-enum-bad",
    "overload/expand-exclude-versioned",
    # Asks for a later edition of v3-ActReason than the one R4 published.
    "tho/act-exclusion",
}


class Door:
    """A target (akson_kit.target.Target) whose network is the event loop of the test."""

    def __init__(self, fhir: Fhir, loop: asyncio.AbstractEventLoop) -> None:
        self._fhir = fhir
        self._loop = loop

    def ask(self, method: str, path: str, *, body: Any = None, **headers: str) -> Answer:
        asked = asyncio.run_coroutine_threadsafe(self._fhir.ask(method, path, body, **headers), self._loop)
        answer = asked.result(timeout=60)
        return Answer(answer.status_code, dict(answer.headers), answer.content)


async def test_the_terminology_suite(fhir: Fhir, shared: Path) -> None:
    door = Door(fhir, asyncio.get_running_loop())
    folder = shared / "conformance"
    result = await asyncio.to_thread(terminology.run, door, folder)  # type: ignore[arg-type]
    assert result.cases > 380
    assert {failure.partition(": ")[0] for failure in result.failures} == KNOWN, result.failures
