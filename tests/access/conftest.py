"""The questions of the first seed with the second opinion, asked once for all tests that need them."""

import pytest
from access_oracle import Opinion, opinions
from access_questions import Asked


@pytest.fixture(scope="session")
def judged() -> list[tuple[Asked, Opinion]]:
    """Questions and what Cedar says to them."""
    return opinions(0)
