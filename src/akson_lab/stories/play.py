"""Plays a story against a running lab, over HTTP: each step printed with its receipt and its time by both clocks.

    played = play(load("discharge", today), Lab("http://127.0.0.1:8700"), municipality=driver)
    played.done            every step came as it should
    evidence.write(played, folder)

`municipality` does what a person or a node does on the other side. None: those steps are awaited, and a person does them.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from akson_lab.stories.story import Step, Story

WAIT_S = 60.0
LOOK_S = 0.1
ASK_S = 10
NO_RECEIPT_S = 4.0
"""How long a receipt is looked for that shall not come."""
_PASSIVE = ("wait-", "seen")
_EARLIER = "-earlier"


class Municipality(Protocol):
    """The side that is played against."""

    def do(self, step: Step) -> str:
        """Gives the MsgId of what it put in its outbox. Raises Failed."""
        ...

    def alarm(self, step: Step) -> str:
        """Who has the overdue item for an unanswered "ready"; "" when there is none."""
        ...

    def owner(self, msg_id: str) -> str:
        """Who has the open item about a message that is nobody's, or that was refused; "" when nobody has."""
        ...

    def after(self, step: Step) -> None:
        """A step came as it should: what must be so in the record now. Raises Failed."""
        ...


class Failed(Exception):
    """A step did not come as it should. Says what was seen."""


class Lab:
    """The desk of a running lab (desk.py)."""

    def __init__(self, address: str) -> None:
        self.address = address

    def ask(self, path: str, body: object = None, method: str = "") -> Any:
        """Raises Failed with the lab's own words."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the address of our own lab
            self.address + path, data, method=method or ("GET" if body is None else "POST")
        )
        try:
            with urllib.request.urlopen(request, timeout=ASK_S) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise Failed(json.loads(refused.read() or b"{}").get("error", f"status {refused.code}")) from None


@dataclass(slots=True)
class PlayedStep:
    """How one step went. `owner` is who has a message in hand that has no receipt."""

    step: Step
    state: str = "ok"
    msg_id: str = ""
    type: str = ""
    status: str = ""
    codes: tuple[str, ...] = ()
    lab_time: str = ""
    seconds: float = 0.0
    said: str = ""


@dataclass(slots=True)
class Played:
    story: Story
    began: str
    first: int
    """Place on the wire of the story's first message."""
    steps: list[PlayedStep] = field(default_factory=list)
    books: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    wire: list[dict[str, Any]] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return bool(self.steps) and all(s.state == "ok" for s in self.steps)


def play(
    story: Story, lab: Lab, *, municipality: Municipality | None, wait_s: float = WAIT_S,
    say: Callable[[str], None] = print,
) -> Played:  # fmt: skip
    """Never raises for a step that fails: it is told, and the story stops there."""
    played = Played(
        story, datetime.now().astimezone().isoformat(timespec="seconds"), lab.ask("/lab/wire")["count"]
    )
    lab.ask("/lab/fault", method="DELETE")
    lab.ask("/lab/begin", {"at": story.steps[0].at.isoformat()})
    say(f"{story.name}: {story.words}")
    for step in story.steps:
        made = _Playing(lab, municipality, played, wait_s).one(step)
        played.steps.append(made)
        say(line(made))
        if made.state != "ok":
            break
    lab.ask("/lab/fault", method="DELETE")
    _gather(played, lab)
    return played


def line(made: PlayedStep) -> str:
    """`ok     9/10   hospital      ready             1        4,1 s  Kommunen varslet`"""
    receipt = " ".join([made.status, *made.codes]) or "–"
    told = f"{made.state:<6} {made.step.no:<7} {made.step.who:<14} {made.step.does:<22} {receipt:<8}"
    return f"{told} {made.lab_time[:16]}  {made.seconds:5.1f} s  {made.said or made.step.words}".rstrip()


class _Playing:
    def __init__(self, lab: Lab, municipality: Municipality | None, played: Played, wait_s: float) -> None:
        self._lab, self._municipality, self._played, self._wait_s = lab, municipality, played, wait_s

    def one(self, step: Step) -> PlayedStep:
        made = PlayedStep(step, type=step.type)
        started = time.monotonic()
        try:
            made.lab_time = self._lab.ask("/lab/clock", {"to": step.at.isoformat()})["now"]
            before = self._received(step)
            made.msg_id = self._act(step)
            self._await(step, made, before)
            if self._municipality is not None:
                self._municipality.after(step)
        except Failed as failed:
            made.state, made.said = "FAILED", str(failed)
        made.seconds = time.monotonic() - started
        return made

    def _act(self, step: Step) -> str:
        if step.who == "lab":
            if step.does == "fault":
                self._lab.ask("/lab/fault", dict(step.how))
            elif step.does == "mend":
                self._lab.ask("/lab/fault", method="DELETE")
            return ""
        if step.does.startswith(_PASSIVE) or step.awaits in ("alarm", "owner"):
            return ""
        if step.does.endswith(_EARLIER):
            kind = step.does.removesuffix(_EARLIER)
            return next(s.msg_id for s in reversed(self._played.steps) if s.step.does == kind)
        if step.who == "municipality":
            return self._municipality.do(step).lower() if self._municipality else ""
        return self._lab.ask("/lab/send", {"type": step.does, "house": step.who, "how": dict(step.how)})[
            "msg_id"
        ]

    def _await(self, step: Step, made: PlayedStep, before: int) -> None:
        match step.awaits:
            case "nothing":
                return
            case "alarm":
                self._until(step, lambda: self._alarmed(step, made))
            case "owner":
                self._until(step, lambda: self._owned(made))
            case "receipt" | "refused" | "answered" if step.who == "municipality":
                self._until(step, lambda: self._arrived(step, made, before))
                self._fits(step, made)
            case "receipt" | "refused" | "answered":
                self._until(step, lambda: self._receipt(step, made))
                self._fits(step, made)
            case "no-receipt":
                time.sleep(NO_RECEIPT_S)
                self._receipt(step, made)
                if made.status:
                    raise Failed(f"a receipt came: {made.status}")
                made.said = "ingen kvittering, som ventet"
            case "arrival":
                self._until(step, lambda: self._arrived(step, made, before))
            case _:
                self._until(step, lambda: self._shows(step, made))

    def _until(self, step: Step, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + self._wait_s
        while not happened():
            if time.monotonic() > deadline:
                raise Failed(f"awaited {step.awaits} of {step.does}, and it did not come")
            time.sleep(LOOK_S)

    def _fits(self, step: Step, made: PlayedStep) -> None:
        wanted = {"receipt": ("1", "3"), "refused": ("2",)}.get(step.awaits)
        if wanted is not None and made.status not in wanted:
            raise Failed(f"the receipt is {made.status} {' '.join(made.codes)}")

    def _alarmed(self, step: Step, made: PlayedStep) -> bool:
        made.said = self._municipality.alarm(step) if self._municipality else "ikke spurt"
        return bool(made.said)

    def _owned(self, made: PlayedStep) -> bool:
        newest = next(s.msg_id for s in reversed(self._played.steps) if s.msg_id)
        made.said = self._municipality.owner(newest) if self._municipality else "ikke spurt"
        return bool(made.said)

    def _books(self, house: str) -> dict[str, Any]:
        return self._lab.ask("/lab")["houses"][house]

    def _receipt(self, step: Step, made: PlayedStep) -> bool:
        sent = next((s for s in self._books(step.who)["sent"] if s["msg_id"] == made.msg_id), None)
        if sent is not None:
            made.type, made.status, made.codes = sent["type"], sent["status"], tuple(sent["codes"])
        return bool(made.status)

    def _received(self, step: Step) -> int:
        if not step.type or step.who != "municipality":
            return 0
        return 0 if step.does == "seen" else len(self._books(step.at_house)["received"])

    def _arrived(self, step: Step, made: PlayedStep, before: int) -> bool:
        came = self._books(step.at_house)["received"]
        fitting = [r for r in came[before:] if r["type"] == step.type] if not made.msg_id else [
            r for r in came if r["msg_id"] == made.msg_id
        ]  # fmt: skip
        if not fitting:
            return False
        newest = fitting[-1]
        made.msg_id, made.status, made.codes = newest["msg_id"], newest["status"], tuple(newest["codes"])
        return True

    def _shows(self, step: Step, made: PlayedStep) -> bool:
        """What the hospital's own screen says of the stay."""
        house = step.who if step.who != "municipality" else step.at_house
        told = self._lab.ask(f"/lab/house/{house}")
        stay = next((s for s in told["stays"] if s["key"] == step.how.get("stay", "A")), None)
        if stay is None:
            return False
        made.said = stay["notice"] if step.awaits in ("told", "not-told", "known") else stay["answer"]
        if step.who != "municipality" and (made.msg_id or step.does.startswith("wait-")):
            made.msg_id = stay["sent"].get("ready", made.msg_id)
            self._receipt(step, made)
        if step.who == "municipality" and made.msg_id:
            self._arrived(step, made, 0)
        work = [w["words"] for w in told["worklist"] if w["done"] is None]
        return {
            "told": stay["told"] and made.status in ("1", "3"),
            "not-told": not stay["told"] and any("ikke varslet" in w for w in work),
            "known": stay["told"] or any("ikke varslet" in w for w in work),
            "promised": stay["promised"] is True,
            "held": stay["promised"] is False,
        }[step.awaits]


def _gather(played: Played, lab: Lab) -> None:
    told = lab.ask("/lab")
    played.books = told["houses"]
    played.shown = {name: lab.ask(f"/lab/house/{name}") for name in told["houses"]}
    played.wire = lab.ask(f"/lab/wire?from={played.first}")["messages"]
