"""What every suite is: where its cases lie, how many must pass, and whether it judges the language or a server."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from akson_kit.conformance.result import SuiteResult
from akson_kit.target import Target


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    folder: str
    """Below the folder of all suites."""
    share: float
    """Of its cases, optional ones left out, that must pass."""
    of_language: Callable[[Path], SuiteResult] | None = None
    of_server: Callable[[Target, Path], SuiteResult] | None = None
    """Over HTTP, so that any vendor's server can be asked."""
