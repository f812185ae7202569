"""Carries what stands on one side to the other, again and again: the feed, and the pieces of a switch.

What is carried is what stands now, never an event: carrying twice, late or in another order ends alike. Both sides are
looked at, the central one first, so that an older look at the source never covers a newer one; what follows is decided by
`carrying.decide`, and each write names the version it replaces. One carrier at a time for each controller (the node's lock).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from akson.sharing.classes import SharedClass
from akson.sharing.storage.carrying import Act, Deed, decide
from akson.sharing.storage.modes import Mode
from akson.sharing.storage.sides import Away, Central, Conflict, Fenced, Held, Key, Local, Stand
from akson.sharing.storage.switch import Placement

TRIES_MAX = 8
LOOKS_MAX = 20
CHANGES_EACH = 200
Placements = Mapping[SharedClass, Placement]
Form = Callable[[Stand, Placements], Stand | None]
"""How a resource is to stand at the central node under these placements; None: not at all."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Both sides at one moment, and what is to be done."""

    here: Mapping[Key, Stand]
    there: Mapping[Key, Stand]
    wanted: Mapping[Key, Stand | None]
    deeds: Sequence[Deed]
    placements: Placements

    def number(self, key: Key) -> int:
        placement = self.placements.get(self.kind(key))
        return placement.number if placement else 0

    def kind(self, key: Key) -> SharedClass:
        return (self.here.get(key) or self.there[key]).kind


class Carrier:
    def __init__(self, local: Local, central: Central, form: Form) -> None:
        self._local = local
        self._central = central
        self._form = form

    async def round(self) -> int:
        """What has changed on either side since last time; how many resources were looked at. Raises Away."""
        placements = await self._local.placements()
        seen = 0
        if any(placement.carried for placement in placements.values()):
            seen += await self.follow_up()
        if any(placement.mode is Mode.CENTRAL_MASTER for placement in placements.values()):
            seen += await self.follow_down()
        return seen

    async def follow_up(self) -> int:
        """Changes of the source to the central node."""
        up, _ = await self._local.places()
        changes = await self._local.changed(up, CHANGES_EACH)
        keys = list(dict.fromkeys(key for _, changed in changes for key in changed))
        await self.carry(keys)
        if changes:
            await self._local.move(up=changes[-1][0])
        return len(keys)

    async def follow_down(self) -> int:
        """What others have written at the central node."""
        _, down = await self._local.places()
        changes = await self._central.changed(down, CHANGES_EACH)
        keys = list(dict.fromkeys(key for _, changed in changes for key in changed))
        await self.carry(keys)
        if changes:
            await self._local.move(down=changes[-1][0])
        return len(changes)

    async def carry(self, keys: Sequence[Key]) -> int:
        """Until both sides stand as they should; gives how many did not. Raises Away when the other side does not answer,
        or others are always faster."""
        left = list(keys)
        differed: set[Key] = set()
        for _ in range(TRIES_MAX):
            if not left:
                return len(differed)
            look = await self._look(left)
            differed.update(d.key for d in look.deeds if d.act not in (Act.NOTHING, Act.HOLD))
            try:
                left = await self._act(look)
            except Fenced:
                continue
        if left:
            raise Away
        return len(differed)

    async def compare(self, keys: Sequence[Key]) -> tuple[int, bool]:
        """(how many differed, whether each has been seen alike on both sides): hot ones need another look, no other does."""
        left, differed = list(keys), set[Key]()
        for _ in range(LOOKS_MAX):
            if not left:
                break
            look = await self._look(left)
            left = [d.key for d in look.deeds if d.act not in (Act.NOTHING, Act.HOLD)]
            differed.update(left)
            with suppress(Fenced):
                await self._act(look)
        return len(differed), not left

    async def _look(self, keys: Sequence[Key]) -> _Look:
        placements = await self._local.placements()
        there = await self._central.stand(keys)
        here = await self._local.stand(keys)
        held = await self._local.held(keys)
        wanted = {key: self._form(stand, placements) for key, stand in here.items()}
        deeds = [
            decide(key, here.get(key), there.get(key), wanted.get(key), held.get(key), mode)
            for key in keys
            for mode in [_mode(here.get(key) or there.get(key), placements)]
        ]
        return _Look(here, there, wanted, deeds, placements)

    async def _act(self, look: _Look) -> list[Key]:
        """What could not be done, because somebody was faster, or is to be looked at once more."""
        await self._local.hold([d.held for d in look.deeds if d.act is Act.HOLD and d.held])
        for deed in look.deeds:
            if deed.conflict:
                theirs = look.there[deed.key]
                mine = look.here[deed.key].version
                await self._local.conflict(Conflict(deed.key, mine, theirs.version, theirs.body))
        again = await self._take(look, [d for d in look.deeds if d.act is Act.TAKE])
        for deed in look.deeds:
            if deed.act is not Act.DROP:
                continue
            kind, number = look.kind(deed.key), look.number(deed.key)
            dropped = await self._central.drop(deed.key, deed.expected, kind, number)
            if not dropped or look.wanted.get(deed.key) is not None:
                again.append(deed.key)
        puts = [d for d in look.deeds if d.act is Act.PUT]
        for kind in dict.fromkeys(look.kind(d.key) for d in puts):
            again += await self._put(look, kind, [d for d in puts if look.kind(d.key) is kind])
        return again

    async def _put(self, look: _Look, kind: SharedClass, deeds: Sequence[Deed]) -> list[Key]:
        # Written down first: when the answer never comes, what is found there is known to be ours.
        await self._local.hold([d.held for d in deeds if d.held])
        offers = [(wanted, d.expected) for d in deeds if (wanted := look.wanted[d.key]) is not None]
        await self._local.sending([look.here[stand.key] for stand, _ in offers])
        made = await self._central.put(kind, offers, look.number(deeds[0].key))
        done = list(zip(offers, made, strict=True))
        await self._local.hold(
            [
                Held(stand.key, look.here[stand.key].version, version, stand.digest)
                for (stand, _), version in done
                if version is not None
            ]
        )
        return [stand.key for (stand, _), version in done if version is None]

    async def _take(self, look: _Look, deeds: Iterable[Deed]) -> list[Key]:
        """The master's version becomes ours, on top of the version that was looked at; a newer one of ours refuses it."""
        again = []
        for deed in deeds:
            theirs = look.there[deed.key]
            made = await self._local.take(theirs, deed.expected)
            if made is not None:
                await self._local.hold([Held(deed.key, made, theirs.version, theirs.digest)])
            if made is None or look.wanted.get(deed.key, theirs) is None:
                again.append(deed.key)
        return again


def _mode(stand: Stand | None, placements: Placements) -> Mode:
    placement = placements.get(stand.kind) if stand else None
    return placement.mode if placement else Mode.FEDERATED
