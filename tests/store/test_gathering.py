"""Calls at the same time become one; each gets its own answer."""

import asyncio

import pytest

from akson.store.gathering import TOGETHER_MAX, Gathered


async def test_what_comes_meanwhile_is_the_next_batch() -> None:
    batches: list[list[int]] = []

    async def double(asked: list[int]) -> list[int | Exception]:
        batches.append(asked)
        await asyncio.sleep(0)
        return [ValueError(n) if n == 3 else 2 * n for n in asked]

    call = Gathered(double)
    first = asyncio.create_task(call(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    answers = await asyncio.gather(*(call(n) for n in range(1, 5)), return_exceptions=True)
    assert await first == 0 and batches == [[0], [1, 2, 3, 4]]
    assert answers[:2] == [2, 4] and isinstance(answers[2], ValueError) and answers[3] == 8


async def test_a_batch_that_fails_fails_for_all_of_it_and_for_nobody_else() -> None:
    async def broken(asked: list[int]) -> list[int | Exception]:
        if 1 in asked:
            raise OSError
        return list(asked)

    call = Gathered(broken)
    answers = await asyncio.gather(*(call(n) for n in range(TOGETHER_MAX + 1)), return_exceptions=True)
    assert all(isinstance(answer, OSError) for answer in answers[:TOGETHER_MAX])
    assert answers[TOGETHER_MAX] == TOGETHER_MAX
    with pytest.raises(OSError):
        await call(1)


async def test_one_who_goes_away_leaves_the_others_their_answers() -> None:
    async def same(asked: list[int]) -> list[int | Exception]:
        await asyncio.sleep(0.01)
        return list(asked)

    call = Gathered(same)
    gone, stays = asyncio.create_task(call(1)), asyncio.create_task(call(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 2
