"""Both sides of the carrier on a real record: `SourceSide` where data is written, `CentralSide` where copies are kept.

A central node has a tenant for each data controller it keeps data of; the ids are the source's, so that care relations,
blocks and attestations point at the same people there (docs/adr/0235).
"""

from collections.abc import Mapping, Sequence

from akson.fhir.codec import json
from akson.record import carrying
from akson.record.carrying import Placing, Standing
from akson.record.session import RecordSession
from akson.sharing.classes import SharedClass, class_of, types_of
from akson.sharing.storage import forms
from akson.sharing.storage.choices import CHOICE_SYSTEM, Choice, choice_of, strictest
from akson.sharing.storage.forms import JUDGED, REFERENCE
from akson.sharing.storage.modes import Mode
from akson.sharing.storage.sides import Conflict, Fenced, Held, Key, Place, Stand
from akson.sharing.storage.switch import Placement, Step
from akson.store.storage import ConflictRow, HeldRow, PlacementRow, StorageStore
from akson.world import Clock

PAGE = 200
_OBSERVED = frozenset({SharedClass.RESULTS, SharedClass.MEASUREMENTS})
_NEVER_CARRIED = frozenset({"AuditEvent"})


class _RecordSide:
    def __init__(self, session: RecordSession, rows: StorageStore) -> None:
        """`session`: the municipality's own service, in the tenant of the controller on this node."""
        self._session = session
        self._rows = rows
        self._tenant = session.actor.tenant

    async def now(self) -> Place:
        return await self._session.record.store.changes_from()

    async def changed(self, after: Place, limit: int) -> Sequence[tuple[Place, tuple[Key, ...]]]:
        """Of the tenant; of a Consent on where data lives, everything of the patient."""
        found: list[tuple[Place, tuple[Key, ...]]] = []
        for event in await carrying.changes(self._session, after, limit):
            keys: list[Key] = []
            if event.tenant == self._tenant:
                keys = [Key(type, id) for type, id in zip(event.types, event.ids, strict=True)]
                keys += await self._follows_choice([key for key in keys if key.type == "Consent"])
            found.append((event.place, tuple(dict.fromkeys(keys))))
        return found

    async def stand(self, keys: Sequence[Key]) -> Mapping[Key, Stand]:
        found = await carrying.standing(self._session, keys)
        choices = await self._choices({patient for one in found.values() for patient in one.patients})
        return {
            Key(*key): await self._stand(Key(*key), one, choices)
            for key, one in found.items()
            if key[0] not in _NEVER_CARRIED
        }

    async def page(self, kind: SharedClass, cursor: str) -> tuple[Sequence[Key], str | None]:
        """Those of the kind and those the judgement rests on: types in their order, each in the order of its table."""
        types = await self._types(kind)
        type, _, place = cursor.partition(" ")
        bucket, _, id = place.partition(" ")
        after = (int(bucket or -1), id)
        keys: list[Key] = []
        for name in types[types.index(type) if type in types else 0 :]:
            room = PAGE - len(keys)
            found = await carrying.ids(self._session, name, after, room)
            keys += [Key(name, id) for _, id in found]
            if len(found) == room:
                return keys, f"{name} {found[-1][0]} {found[-1][1]}"
            after = (-1, "")
        return keys, None

    async def _types(self, kind: SharedClass) -> list[str]:
        known = await carrying.types(self._session)
        own = set(types_of(kind)) | ({"Observation"} if kind in _OBSERVED else set())
        if kind is SharedClass.OTHER:
            own = {type for type in known if class_of(type) is kind}
        return sorted((own | set(JUDGED) | set(REFERENCE)) & known - _NEVER_CARRIED)

    async def _stand(self, key: Key, one: Standing, choices: Mapping[str, Choice]) -> Stand:
        choice = strictest(choices.get(patient, Choice.ALL) for patient in one.patients)
        body = forms.travelling(one.body) if one.body is not None else None
        relations = one.relations if body is not None else ()
        return Stand(
            key,
            one.version,
            forms.digest(body, relations),
            _kind(key.type, body),
            body,
            relations,
            one.patients,
            whole=body is None or not forms.is_skeleton(body),
            choice=choice,
        )

    async def _choices(self, patients: set[str]) -> Mapping[str, Choice]:
        found = await carrying.consents(self._session, sorted(patients), f"{CHOICE_SYSTEM}|")
        return {patient: choice_of(map(json.parse, bodies)) for patient, bodies in found.items()}

    async def _follows_choice(self, consents: Sequence[Key]) -> list[Key]:
        if not consents:
            return []
        patients: set[str] = set()
        for one in (await carrying.standing(self._session, consents)).values():
            if one.body is None or CHOICE_SYSTEM.encode() in one.body:
                patients.update(one.patients)
        return [
            Key(*key)
            for patient in sorted(patients)
            for key in await carrying.keys_of(self._session, patient)
        ]


class SourceSide(_RecordSide):
    """The node where the controller's data is written."""

    def __init__(self, session: RecordSession, rows: StorageStore, *, clock: Clock, central: str) -> None:
        """`central`: what the citizen's log calls the node that data leaves for."""
        super().__init__(session, rows)
        self._clock = clock
        self._central = central

    async def placements(self) -> Mapping[SharedClass, Placement]:
        return {
            placement.kind: placement
            for placement in map(placement_of, await self._rows.placements(self._tenant))
        }

    async def save(self, placement: Placement) -> bool:
        return await self._rows.save_placement(self._tenant, placement_row(placement))

    async def held(self, keys: Sequence[Key]) -> Mapping[Key, Held]:
        rows = await self._rows.held(self._tenant, [key.type for key in keys], [key.id for key in keys])
        return {(held := _held(row)).key: held for row in rows}

    async def hold(self, rows: Sequence[Held]) -> None:
        await self._rows.hold(self._tenant, list({row.key: _held_row(row) for row in rows}.values()))

    async def take(self, stand: Stand, expected: int) -> int | None:
        [made] = await carrying.place(self._session, [_placing(stand, expected)])
        return made

    async def conflict(self, found: Conflict) -> None:
        row = ConflictRow(*found.key, found.local, found.central, found.body, self._clock.now())
        await self._rows.add_conflict(self._tenant, row)

    async def sending(self, stands: Sequence[Stand]) -> None:
        named = [
            (f"{s.key.type}/{s.key.id}/{s.version}", s.patients) for s in stands if s.patients and s.body
        ]
        await carrying.leaving(
            self._session, named, f"Kopi til {self._central} etter kommunens lagringsregler."
        )

    async def places(self) -> tuple[Place, Place]:
        row = await self._rows.feed(self._tenant)
        return (row.up, row.down) if row else ((0, 0), (0, 0))

    async def move(self, up: Place | None = None, down: Place | None = None) -> None:
        before_up, before_down = await self.places()
        await self._rows.move_feed(self._tenant, up or before_up, down or before_down, self._clock.now())


class CentralSide(_RecordSide):
    """The controller's tenant at a central node."""

    async def stand(self, keys: Sequence[Key]) -> Mapping[Key, Stand]:
        found = dict(await super().stand(keys))
        erased = await self._rows.erased(self._tenant, [k.type for k in found], [k.id for k in found])
        for key, version in erased.items():
            stand = found.get(Key(*key))
            if stand is not None and stand.version == version:
                found[Key(*key)] = _as_erased(stand)
        return found

    async def put(
        self, kind: SharedClass, offers: Sequence[tuple[Stand, int]], number: int
    ) -> Sequence[int | None]:
        await self._fenced(kind, number)
        return await carrying.place(self._session, [_placing(stand, expected) for stand, expected in offers])

    async def drop(self, key: Key, expected: int, kind: SharedClass, number: int) -> bool:
        await self._fenced(kind, number)
        found = (await carrying.standing(self._session, [key])).get(key)
        if found is None or found.version != expected:
            return False
        if found.body is not None:
            # Deleted first, at that very version: whoever writes on it now is told that it has gone.
            [gone] = await carrying.place(self._session, [Placing(*key, None, (), expected)])
            if gone is None:
                return False
        [now] = (await carrying.standing(self._session, [key])).values()
        await self._session.erase(*key, ground="Skal ikke lenger stå her etter lagringsreglene.")
        await self._rows.add_erased(self._tenant, *key, now.version)
        return True

    async def open(self, kind: SharedClass, number: int, *, master: bool) -> None:
        if not await self._rows.open_fence(self._tenant, kind.value, number, master=master):
            raise Fenced

    async def others_may_write(self, kind: SharedClass) -> bool:
        """Whether the node is master for the kind: else others write at the source."""
        return (await self._rows.fence(self._tenant, kind.value))[1]

    async def _choices(self, patients: set[str]) -> Mapping[str, Choice]:
        return {}

    async def _fenced(self, kind: SharedClass, number: int) -> None:
        newest, _ = await self._rows.fence(self._tenant, kind.value)
        if number < newest:
            raise Fenced


def _kind(type: str, body: bytes | None) -> SharedClass:
    if type != "Observation" or body is None:
        return class_of(type)
    categories = json.parse(body).get("category", ())
    return class_of(type, frozenset(c.get("code", "") for one in categories for c in one.get("coding", ())))


def _placing(stand: Stand, expected: int) -> Placing:
    return Placing(*stand.key, stand.body, stand.relations, expected)


def _as_erased(stand: Stand) -> Stand:
    return Stand(stand.key, stand.version, stand.digest, stand.kind, patients=stand.patients, erased=True)


def placement_of(row: PlacementRow) -> Placement:
    return Placement(
        SharedClass(row.kind),
        Mode(row.mode),
        Mode(row.target),
        Step(row.step),
        row.number,
        row.cursor,
        row.differing,
        row.opened,
        row.reaches,
        row.since,
    )


def placement_row(p: Placement) -> PlacementRow:
    return PlacementRow(
        p.kind.value,
        p.mode.value,
        p.to.value,
        p.step.value,
        p.number,
        p.cursor,
        p.differing,
        p.opened,
        p.reaches,
        p.since,
    )


def _held(row: HeldRow) -> Held:
    return Held(Key(row.type, row.id), row.local, row.central, row.digest, row.offered, row.offered_local)


def _held_row(held: Held) -> HeldRow:
    return HeldRow(*held.key, held.local, held.central, held.digest, held.offered, held.offered_local)
