"""The questions of the first seed with the second opinion, asked once for all tests that need them."""

from typing import TYPE_CHECKING

import pytest
from access_questions import Asked

if TYPE_CHECKING:
    from access_oracle import Opinion


@pytest.fixture(scope="session")
def judged() -> "list[tuple[Asked, Opinion]]":
    """Questions and what Cedar says to them."""
    from access_oracle import QUESTIONS, opinions

    return opinions(0, QUESTIONS)
