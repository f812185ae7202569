"""Killed after every single step of the inbox, one after the other: the message still ends once, with one receipt.

A kill is an exception that no handler of ours catches, raised at the n-th call to the post's tables, the record or the
transport; what was written before stays, as it does when a process dies. Then a new inbox takes over after the lease.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.exchange.conftest import PostHouse
from tests.exchange.samples import admission, discharge

STEPS_MAX = 400
WATCHED = ("lease", "advance", "find_by_msg_id", "receipt", "commit", "search", "current", "append", "send")


class Killed(BaseException):
    """Not an Exception, as a kill is not."""


class Doomed:
    """Passes calls on, and dies before or after the n-th watched one."""

    def __init__(self, inner: Any, step: Callable[[], None]) -> None:
        self._inner = inner
        self._step = step

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in WATCHED:
            return found

        async def watched(*args: Any, **more: Any) -> Any:
            self._step()
            answer = await found(*args, **more)
            self._step()
            return answer

        return watched


def doomed(house: PostHouse, at: int) -> Any:
    left = at

    def step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    async def send(name: str, content: bytes) -> None:
        step()
        await house.send(name, content)
        step()

    record = house.record
    copy = type(record)(
        Doomed(record.store, step),  # type: ignore[arg-type]
        Doomed(record.log, step),  # type: ignore[arg-type]
        definitions=record.definitions,
        clock=record.clock,
        random=record.random,
    )
    return house.inbox(record=copy, post=Doomed(house.post, step), send=send)


async def until_killed(house: PostHouse, content: bytes, name: str, at: int) -> bool:
    """Whether it was killed; otherwise it came to its end before."""
    inbox = doomed(house, at)
    await house.inbox().receive(content, transport="test", name=name)
    try:
        while await inbox.work():
            pass
    except Killed:
        return True
    return False


@pytest.mark.crash
async def test_a_kill_at_any_step_leaves_one_whole_message(house: PostHouse) -> None:
    killed = 0
    for at in range(1, STEPS_MAX):
        came = await until_killed(house, admission(at * 2, ward=f"Avdeling {at}"), f"{at}-in.xml", at)
        # What bears upon a message that a killed worker had waits until its lease is out.
        house.later(60)
        while await house.inbox().work():
            pass
        went = await until_killed(house, discharge(at * 2 + 1, ward=f"Avdeling {at}"), f"{at}-out.xml", at)
        house.later(60)
        while await house.inbox().work():
            pass
        await house.record.recover()
        if not (came or went):
            break
        killed += came + went
    else:
        pytest.fail("the inbox takes more steps than this test has")
    assert killed > 60
    judge(await house.all("Communication", patient="astrid"), house, messages=2 * at)
    assert len(await house.all("Task", patient="astrid")) == 2 * at
    stays = await house.all("Encounter", patient="astrid")
    assert len(stays) == at and {s["status"] for s in stays} == {"finished"}
    assert set(await house.post.counts()) == {"accepted"}


def judge(communications: list[dict[str, Any]], house: PostHouse, *, messages: int) -> None:
    assert len({c["identifier"][0]["value"] for c in communications}) == len(communications) == messages
    # A receipt may be written twice, when the kill comes between writing and remembering it; then it is the same one.
    assert len(set(house.sent)) == len({name for name, _ in house.sent}) == messages
