"""Faults on demand: what shall go wrong, how often, and for whom. Drawn from a seed, so that a bad day repeats.

    faults = Faults(seed=7)
    faults.add(Fault("loss", chance=0.1))                       # one delivery in ten never arrives
    faults.add(Fault("cut-after", times=1, only="POST /messages"))  # done, but the answer is lost, once

| kind | what happens |
| --- | --- |
| `loss` | accepted, and never delivered |
| `delay` | delivered `seconds` later |
| `duplicate` | delivered twice |
| `corruption` | delivered with bytes that are not those sent |
| `wrong-address` | delivered to somebody else |
| `silence` | the question gets no answer for `seconds`, then the connection ends |
| `error` | answered with 500 |
| `busy` | answered with 429 and Retry-After of `seconds` |
| `cut-before`, `cut-after` | the connection is cut before, or after, the question was carried out |
| `cancelled-before-sent` | what the house writes next stands in its books, and never leaves |
| `partial-capability` | the house refuses a type that it says it takes |
| `asleep` | the house neither sends nor answers, as a system that is down |

`sender` and `type` narrow a delivery to what one service sends; `sender` names the house for the last three.
"""

import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace

HOUSE = ("cancelled-before-sent", "partial-capability", "asleep")
"""What strikes a house: the next message is written and never leaves; it no longer takes a type; it does nothing at all."""
DELIVERY = ("loss", "delay", "duplicate", "corruption", "wrong-address")
REQUEST = ("silence", "error", "busy", "cut-before", "cut-after")


@dataclass(frozen=True, slots=True)
class Fault:
    kind: str
    chance: float = 1.0
    times: int | None = None
    """How often at most; None: until it is cleared."""
    only: str = ""
    """Part of what it strikes: `POST /messages`, a HER-id of the receiver."""
    seconds: float = 1.0
    sender: int = 0
    """HER-id; 0: whoever."""
    type: str = ""
    """Message type; "": each."""

    def __post_init__(self) -> None:
        if self.kind not in DELIVERY + REQUEST + HOUSE:
            raise ValueError(f"no such fault; there are {', '.join(DELIVERY + REQUEST + HOUSE)}")


@dataclass(slots=True)
class Faults:
    seed: int = 0
    standing: list[Fault] = field(default_factory=list)
    struck: dict[str, int] = field(default_factory=dict)
    """Kind -> how often."""
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def add(self, fault: Fault) -> None:
        self.standing.append(fault)

    def clear(self) -> None:
        self.standing.clear()

    def stands(self, kind: str, sender: int, type: str = "") -> bool:
        """Whether a house is so; it is not used up by looking."""
        return any(
            f.kind == kind and f.sender in (0, sender) and f.type in ("", type) and f.times != 0
            for f in self.standing
        )

    def strikes(self, kinds: Iterable[str], what: str, *, sender: int = 0, type: str = "") -> list[Fault]:
        """Those of these kinds that strike `what` now."""
        found = []
        for index, fault in enumerate(self.standing):
            wanted = fault.kind in kinds and fault.only in what and fault.times != 0
            wanted = wanted and fault.sender in (0, sender) and fault.type in ("", type)
            if wanted and self.chance.random() < fault.chance:
                found.append(fault)
                self.struck[fault.kind] = self.struck.get(fault.kind, 0) + 1
                if fault.times is not None:
                    self.standing[index] = replace(fault, times=fault.times - 1)
        return found

    def told(self) -> dict[str, object]:
        return {"standing": [asdict(f) for f in self.standing], "struck": dict(self.struck)}
