"""What is to be done with one resource, by how it stands on both sides. Pure: `carrier.py` does it.

here          there         agreed on        under                then
as there                                     any                  hold: alike
not to stand  stands                         any                  drop (under central-master: take theirs first)
v5            c2, v4's                       copy                 put on c2
v5            c2            (v4, c2)         central-master       put on c2
v4            c3            (v4, c2)         central-master       take c3: nothing of ours waits
v5            c3            (v4, c2)         central-master       conflict: keep v5 as a version, take c3
v6            c3 = what we offered as v5     central-master       c3 is ours: put v6 on it
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from akson.sharing.storage.modes import Mode
from akson.sharing.storage.sides import GONE, NEVER, Held, Key, Stand


class Act(StrEnum):
    NOTHING = "nothing"
    HOLD = "hold"
    PUT = "put"
    DROP = "drop"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Deed:
    key: Key
    act: Act
    expected: int = NEVER
    """The version that it replaces: there for put and drop, here for take."""
    held: Held | None = None
    """Before a put: what is offered. With hold: what is agreed."""
    conflict: bool = False
    """Both sides are told to a person first."""


def decide(
    key: Key, here: Stand | None, there: Stand | None, wanted: Stand | None, agreed: Held | None, mode: Mode
) -> Deed:
    """`wanted`: the form in which `here` is to stand there; None: not at all."""
    master = mode is Mode.CENTRAL_MASTER
    if here is None:
        return Deed(key, Act.TAKE, NEVER) if master and _stands(there) else Deed(key, Act.NOTHING)
    known = _agreed(agreed, there)
    theirs = _stands(there) and there is not None and there.version != (known.central if known else NEVER)
    ours = waiting(here, known)
    shrinks = _stands(there) and there is not None and there.whole and wanted is not None and not wanted.whole
    if wanted is None or shrinks:
        # What stood whole goes in every version before the skeleton takes its place.
        return _not_to_stand(key, here, there, theirs=theirs, ours=ours, master=master)
    there_version = there.version if there else NEVER
    if (there.digest if there else GONE) == wanted.digest:
        return _alike(here, there_version, wanted, agreed)
    if master and theirs:
        return Deed(key, Act.TAKE, here.version, conflict=ours)
    offer = replace(known or Held(key, NEVER, NEVER, GONE), offered=wanted.digest, offered_local=here.version)
    # Before the first copy nothing was agreed, and what an earlier time left there is no stranger's.
    return Deed(key, Act.PUT, there_version, offer, conflict=theirs and known is not None)


def waiting(here: Stand, agreed: Held | None) -> bool:
    """Whether something written here has not been taken by the central node yet."""
    return agreed is None or agreed.local != here.version


def _stands(there: Stand | None) -> bool:
    return there is not None and not there.erased


def _agreed(agreed: Held | None, there: Stand | None) -> Held | None:
    """What was offered and is found there has been taken, also when the answer never came."""
    if (
        agreed
        and there
        and agreed.offered
        and there.digest == agreed.offered
        and there.version > agreed.central
    ):
        return Held(agreed.key, agreed.offered_local, there.version, there.digest)
    return agreed


def _not_to_stand(
    key: Key, here: Stand, there: Stand | None, *, theirs: bool, ours: bool, master: bool
) -> Deed:
    if there is None or there.erased:
        return Deed(key, Act.NOTHING)
    if master and theirs and there.digest != GONE:
        # Somebody wrote there before it could go: that comes home first.
        return Deed(key, Act.TAKE, here.version, conflict=ours)
    return Deed(key, Act.DROP, there.version, conflict=theirs and not master)


def _alike(here: Stand, there_version: int, wanted: Stand, agreed: Held | None) -> Deed:
    row = Held(here.key, here.version, there_version, wanted.digest)
    return Deed(here.key, Act.NOTHING) if agreed == row else Deed(here.key, Act.HOLD, held=row)
