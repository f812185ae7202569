"""Who the HER-ids of the post are, to the count: services are counted as the organisation they are part of.

| asked, the first that knows | tells |
| --- | --- |
| the address book (NHN's register) | name, kind of service, the organisation above it |
| the record's own organisations | name, and all that is above it |

Whoever nobody knows is not counted until somebody does. The register tells no county; the demo's stage has one.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from akson.app.cast import HOUSES, ORGANISATIONS
from akson.exchange.addresses.entry import Entry, PartyType
from akson.exchange.nhn.api import NoAnswer
from akson.fhir.problem import Problem
from akson.store.adoption import AdoptionStore, Party

if TYPE_CHECKING:
    from akson.exchange.addresses.book import AddressBook
    from akson.exchange.inbox.directory import Directory
    from akson.world import Clock

COUNTY = "Storfjorden"
KINDS = {
    "storvik": "municipality",
    "lillefjord": "municipality",
    "havnes": "hospital",
    "torget-legesenter": "gp",
}
SERVICES = {"8663": "municipality", "8668": "hospital"}
"""Code list of a service -> whose services are in it."""
NAMED = (
    ("municipality", ("kommune",)),
    ("hospital", ("sykehus", "sjukehus", "helseforetak", "hospital", " hf")),
    ("gp", ("legesenter", "legekontor", "legehus", "fastlege")),
)
"""Where no code tells: what an organisation's name holds."""
ASKED_EACH_ROUND_MAX = 50
AGAIN = timedelta(hours=24)
UNKNOWN_AGAIN = timedelta(minutes=10)


async def name_stage(store: AdoptionStore) -> None:
    """The demo's. The same as before changes nothing."""
    parties = []
    for id, (_, her, _, _) in ORGANISATIONS.items():
        root = _root(id)
        name, root_her, _, _ = ORGANISATIONS[root]
        parties.append(Party(her, name, KINDS.get(root, "other"), COUNTY, root_her))
    await store.name_parties(parties)
    await name_houses(store, ((tenant, ORGANISATIONS[id][1]) for tenant, id in HOUSES.items()))


async def name_houses(store: AdoptionStore, houses: Iterable[tuple[int, str]]) -> None:
    """`houses`: tenant and HER-id, as `post.toml` says them."""
    for tenant, her in houses:
        await store.name_house(tenant, her)


def _root(id: str) -> str:
    above = ORGANISATIONS[id][2]
    return _root(above) if above else id


def kind_of(name: str, service: tuple[str, str] | None = None, *, person: bool = False) -> str:
    """Of an organisation's name and, where one is known, the service's code; a person in the register is a GP."""
    if person:
        return "gp"
    if service and service[0] in SERVICES:
        return SERVICES[service[0]]
    said = f"{name.lower()} "
    return next((kind for kind, words in NAMED if any(word in said for word in words)), "other")


def parties_of(entry: Entry) -> list[Party]:
    """An entry of the register, and the organisation that it is counted as."""
    root, name = entry.parent or entry.her, entry.parent_name or entry.name
    kind = kind_of(name, entry.service, person=entry.type is PartyType.PERSON)
    if root == entry.her:
        return [Party(entry.her, name, kind, "", root)]
    return [
        Party(entry.her, entry.name, kind, "", root),
        Party(root, name, kind_of(name, entry.service), "", root),
    ]


class Naming:
    """Names those whom the post has met. `round` does what is due, and is called often."""

    def __init__(
        self, store: AdoptionStore, directory: "Directory", book: "AddressBook | None", *, clock: "Clock"
    ) -> None:
        self._store = store
        self._directory = directory
        self._book = book
        self._clock = clock
        self._asked = clock.now() - AGAIN
        self._waiting: list[str] = []
        self._unknown: dict[str, datetime] = {}
        """Whom nobody knew, and when they were asked about."""

    async def round(self) -> int:
        """Gives how many were asked about. Those who are named are asked about again once a day, for names change."""
        known = {p.her: p for p in await self._store.parties()}
        met, now = await self._store.met(), self._clock.now()
        if now - self._asked >= AGAIN:
            self._asked, self._waiting = now, sorted(met & known.keys())
        lately = {her for her, at in self._unknown.items() if now - at < UNKNOWN_AGAIN}
        asked = [*sorted(met - known.keys() - lately), *self._waiting][:ASKED_EACH_ROUND_MAX]
        self._waiting = [her for her in self._waiting if her not in asked]
        found: dict[str, Party] = {}
        self._unknown = {her: at for her, at in self._unknown.items() if her in lately}
        for her in asked:
            told = await self._told_of(her, new=her not in known)
            if not told and her not in known:
                self._unknown[her] = now
            for party in told:
                before = known.get(party.her)
                # What the register does not tell is kept; an organisation is not renamed by one of its services.
                party = replace(party, county=before.county) if before else party
                if party.her == her or before is None:
                    found[party.her] = party
        await self._store.name_parties(found.values())
        return len(asked)

    async def _told_of(self, her: str, *, new: bool) -> list[Party]:
        if self._book is not None:
            try:
                if (entry := (await self._book.find(her)).entry) is not None:
                    return parties_of(entry)
            except (NoAnswer, Problem):
                return []
        return await self._in_record(her) if new else []

    async def _in_record(self, her: str) -> list[Party]:
        for tenant in self._directory.tenants:
            place = await self._directory.afresh().place(tenant, her)
            if place is None:
                continue
            root_id, root_name = place.above[-1] if place.above else (place.id, place.name)
            root = await self._directory.her_of(tenant, root_id) or her
            kind = kind_of(root_name)
            return [
                Party(her, place.name if root != her else root_name, kind, "", root),
                *([Party(root, root_name, kind, "", root)] if root != her else []),
            ]
        return []
