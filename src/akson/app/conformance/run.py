"""Every suite of a folder, in a node of its own where a server is asked, and what the table says of them.

The suites are the kit's: of the language alone, or of any server over HTTP. Layout of the folder: `docs/conformance.md`.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from akson.app.bench.node import measured_node
from akson.app.settings import Settings
from akson.fhir.problem import Problem, ProblemKind
from akson_kit.conformance import SUITES, SuiteResult
from akson_kit.target import Target

NAMED_MAX = 15
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """One suite: what was found, and the share of its cases that must pass."""

    found: SuiteResult
    share: float

    @property
    def counted(self) -> int:
        return self.found.cases - len(self.found.optional)

    @property
    def good(self) -> bool:
        return self.counted - len(self.found.failures) >= self.share * self.counted


async def run(settings: Settings, folder: Path, only: str, tell: Tell) -> list[Judged]:
    """Raises Problem AKS-APP-050 when nothing of the folder is a suite."""
    wanted = [suite for suite in SUITES if only in suite.name and (folder / suite.folder).exists()]
    if not wanted:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-APP-050",
            f"There is no suite in {folder}.",
            now="Name a folder in the layout of docs/conformance.md.",
        )
    judged: dict[str, Judged] = {}
    for suite in wanted:
        if suite.of_language:
            tell(suite.name)
            judged[suite.name] = Judged(await asyncio.to_thread(suite.of_language, folder), suite.share)
    if any(suite.of_server for suite in wanted):
        async with measured_node(replace(settings, workers=settings.workers or 2), None) as (
            _,
            address,
            token,
        ):
            target = Target(f"{address}/fhir", token)
            for suite in wanted:
                if suite.of_server:
                    tell(suite.name)
                    found = await asyncio.to_thread(suite.of_server, target, folder)
                    judged[suite.name] = Judged(found, suite.share)
    return [judged[suite.name] for suite in wanted]


def table(judged: list[Judged]) -> Iterator[str]:
    """Lines of Markdown, then the failures by name."""
    yield "| suite | cases | passed | failed | optional failed | must pass |"
    yield "| --- | --: | --: | --: | --: | --: |"
    for one in judged:
        found = one.found
        yield (
            f"| {found.name} | {found.cases} | {found.passed} | {len(found.failures)} | {len(found.optional)} "
            f"| {one.share:.0%} |"
        )
    for one in judged:
        for title, cases in (("Failed", one.found.failures), ("Optional, failed", one.found.optional)):
            if cases:
                yield f"\n{title} in {one.found.name}:"
                yield from (f"  {case}" for case in cases[:NAMED_MAX])
                if len(cases) > NAMED_MAX:
                    yield f"  … and {len(cases) - NAMED_MAX} more; --json tells all of them."
