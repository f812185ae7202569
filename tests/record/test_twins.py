"""Hidden is absent, at every door: two records, one with what is hidden from the reader and one without, answer alike.

Status, body, headers, totals, links and order are compared to the byte. 5,000 questions in CI; AKSON_SEEDS=0-99 asks 100,000
(make nightly). How long answers take is compared by `timings`, which `make security` runs: a busy machine proves nothing.
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Sequence
from random import Random

import httpx
import pytest
import pytest_asyncio

from tests.conftest import _fresh_database
from tests.record.twin_questions import Question, questions, writes
from tests.record.twin_records import Twin, twin

QUESTIONS_EACH = 1_000 if "AKSON_SEEDS" in os.environ else 5_000
"""Of one seed: five thousand in CI; a hundred seeds of the night make 100,000."""
AT_ONCE = 8
_UNLIKE = frozenset({"date", "x-request-id", "x-correlation-id"})
_ID = re.compile(rb"[A-Za-z]+/[0-9a-z]{12,40}")

Twins = tuple[Twin, Twin]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def twins(postgres_dsn: str) -> AsyncIterator[Twins]:
    async with asyncio.timeout(None):
        databases = [_fresh_database(postgres_dsn) for _ in range(4)]
        dsns = [await anext(database) for database in databases]
        async with (
            twin(dsns[0], dsns[1], with_hidden=True) as full,
            twin(dsns[2], dsns[3], with_hidden=False) as bare,
        ):
            yield full, bare
        for database in databases:
            async for _ in database:
                pass


def seeds() -> range:
    first, _, last = os.environ.get("AKSON_SEEDS", "0").partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.mark.asyncio(loop_scope="module")
async def test_no_question_tells_them_apart(twins: Twins) -> None:
    for seed in seeds():
        asked = questions(seed, QUESTIONS_EACH)
        waiting = asyncio.Semaphore(AT_ONCE)
        found = await asyncio.gather(*(_difference(twins, question, waiting) for question in asked))
        told = [
            f"{question}\n  {difference}"
            for question, difference in zip(asked, found, strict=True)
            if difference
        ]
        assert not told, f"seed {seed}: {len(told)} of {len(asked)} tell\n" + "\n".join(told[:10])


@pytest.mark.asyncio(loop_scope="module")
async def test_no_write_tells_them_apart(twins: Twins) -> None:
    """Asked in order and one at a time, since each may change what the next finds. Runs last: it does change them."""
    for question in writes():
        difference = await _difference(twins, question, asyncio.Semaphore(1))
        assert not difference, f"{question}\n  {difference}"


async def _difference(twins: Twins, question: Question, waiting: asyncio.Semaphore) -> str:
    async with waiting:
        headers = {name.replace("-", "_"): value for name, value in question.headers.items()}
        full, bare = await asyncio.gather(
            *(one.ask(question.method, question.path, question.body, **headers) for one in twins)
        )
    first, second = _plain(full), _plain(bare)
    if full.status_code >= 500:
        return f"{full.status_code} {full.text[:300]}"
    if first == second:
        return ""
    return f"{first[0]} / {second[0]}\n  {first[1]!r:.600}\n  {second[1]!r:.600}\n  {first[2]} / {second[2]}"


def _plain(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """Without what differs between two answers to the same question anyway: the time, and ids made by chance."""
    headers = {n: v for n, v in answer.headers.items() if n.lower() not in _UNLIKE}
    made = {n: _ID.sub(b"made", v.encode()).decode() for n, v in headers.items()}
    return answer.status_code, _unlike_ids(answer.content), made


def _unlike_ids(content: bytes) -> bytes:
    content = _ID.sub(b"made", content)
    return re.sub(rb'"id":"[0-9a-z]{12,40}"', b'"id":"made"', content)


async def timings(
    twins: Twins, asked: Sequence[Question], *, rounds: int = 5
) -> list[tuple[Question, float, float]]:
    """Seconds of the fastest of `rounds` answers of each record, asked in turn in a random order: for `make security`."""
    chance, found = Random(1), []
    for question in asked:
        headers = {name.replace("-", "_"): value for name, value in question.headers.items()}
        best = [float("inf"), float("inf")]
        for _ in range(rounds):
            for number in chance.sample((0, 1), 2):
                began = time.perf_counter()
                await twins[number].ask(question.method, question.path, question.body, **headers)
                best[number] = min(best[number], time.perf_counter() - began)
        found.append((question, best[0], best[1]))
    return found
