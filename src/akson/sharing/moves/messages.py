"""What the two nodes say to each other about a move. JSON; the package inside is the bytes that its digest is of.

    POST /sharing/moves/offer   {"move": "m-1", "steps": […], "package": "{…}"}   by an officer who is vouched for
    POST /sharing/moves/tell    {"move": "m-1", "steps": […]}                      by the enterprise, with no word of her
    both answer                 {"known": true, "steps": […]}                      what the other side has done

Everything may come twice. A step is believed of the side whose it is, and of nobody else.
"""

from typing import TypeVar

import msgspec

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.moves.package import PACKAGE_BYTES_MAX
from akson.sharing.moves.steps import STEPS_MAX, Step

PATH = "/sharing/moves/"
OFFER, TELL = f"{PATH}offer", f"{PATH}tell"
BODY_BYTES_MAX = PACKAGE_BYTES_MAX * 2 + 128 * 1024


class Offer(msgspec.Struct, frozen=True):
    move: str
    steps: tuple[Step, ...]
    package: str


class Tell(msgspec.Struct, frozen=True):
    move: str
    steps: tuple[Step, ...]


class Told(msgspec.Struct, frozen=True):
    steps: tuple[Step, ...] = ()
    known: bool = True


T = TypeVar("T", Offer, Tell, Told)


def written(said: Offer | Tell | Told) -> bytes:
    return msgspec.json.encode(said)


def read(body: bytes, type: type[T]) -> T:
    """Raises Problem MALFORMED AKS-MOVE-020."""
    try:
        if len(body) > BODY_BYTES_MAX:
            raise ValueError
        said = msgspec.json.decode(body, type=type)
        if len(said.steps) > STEPS_MAX:
            raise ValueError
    except (msgspec.DecodeError, ValueError) as wrong:
        raise Problem(ProblemKind.MALFORMED, "AKS-MOVE-020", "The message cannot be read.") from wrong
    return said
