"""What a worker process is told by its parent: one line of JSON on its standard input.

Never in its arguments or environment: the database address holds a password, and others may read those.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from akson.app.settings import Settings


class Role(StrEnum):
    WEB = "web"
    POST = "post"
    INBOX = "inbox"
    """Beside the post worker: works what comes in, and nothing else."""


class Stage(StrEnum):
    """What the node is: a demo that anyone may enter, or a node for real work. One installation is never both."""

    DEMO = "demo"
    SERVE = "serve"


@dataclass(frozen=True, slots=True)
class Order:
    role: Role
    stage: Stage
    settings: Settings
    socket: int = -1
    """Descriptor of the shared listening socket; -1 for a worker that has none."""

    def line(self) -> bytes:
        return json.dumps(asdict(self), default=str).encode() + b"\n"


def read_order(line: bytes) -> Order:
    told = json.loads(line)
    settings = Settings(**told["settings"] | {"data": Path(told["settings"]["data"])})
    return Order(Role(told["role"]), Stage(told["stage"]), settings, told["socket"])
