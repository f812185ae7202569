"""How long an answer takes does not tell hidden from absent either: within a factor of three, or 20 ms.

Run by `make security` alone (AKSON_MEASURE=1): on a machine that does something else the figures mean nothing.
"""

import os

import pytest

from tests.record.test_twins import Twins, timings, twins
from tests.record.twin_questions import questions

__all__ = ["twins"]
QUESTIONS = 300
RATIO_MAX, DIFFERENCE_S_MAX = 3.0, 0.020

pytestmark = [
    pytest.mark.security,
    pytest.mark.skipif("AKSON_MEASURE" not in os.environ, reason="Times are measured by make security."),
]


@pytest.mark.asyncio(loop_scope="module")
async def test_hidden_and_absent_take_as_long(twins: Twins) -> None:
    asked = [question for question in questions(7, QUESTIONS) if question.method == "GET"]
    found = await timings(twins, asked)
    told = [
        f"{question}: {with_hidden * 1000:.1f} ms with, {without * 1000:.1f} ms without"
        for question, with_hidden, without in found
        if abs(with_hidden - without) > DIFFERENCE_S_MAX
        and max(with_hidden, without) > RATIO_MAX * min(with_hidden, without)
    ]
    furthest = max(abs(a - b) for _, a, b in found)
    print(f"timing: {len(found)} questions, furthest apart {furthest * 1000:.1f} ms")
    assert not told, "\n".join(told)
