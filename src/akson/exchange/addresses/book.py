"""The address book: the register's entries kept here, with their age, through every outage of the register.

    found = await book.find("8140001")
    Found(entry=Entry(…), age=timedelta(minutes=4), stale=False)

An entry is as fresh as the last time it was fetched, or the last time the feed of events was read to its end without naming
it. One that is older than FRESH is asked for again; when nobody answers it is given as it is, and `stale` says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from akson.exchange.addresses import reading
from akson.exchange.addresses.entry import Entry
from akson.exchange.addresses.register import AddressRegister
from akson.exchange.nhn.api import NoAnswer
from akson.fhir.problem import Problem
from akson.store.partners import EntryRow, PartnerStore
from akson.world import Clock

FRESH = timedelta(hours=24)
ABSENT_FRESH = timedelta(minutes=10)
"""One who is not there may be on the way in, and no event is waited for."""
FEED = "communicationparty"
EVENTS_EACH_REFRESH_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Found:
    """`entry` is None when the register knows nobody of that number."""

    entry: Entry | None
    age: timedelta
    stale: bool


class AddressBook:
    """One per process; the database is shared."""

    def __init__(self, register: AddressRegister, store: PartnerStore, *, clock: Clock) -> None:
        self._register = register
        self._store = store
        self._clock = clock
        self._doubtful: set[int] = set()
        """Changed since, and not to be read: never fresh."""

    async def find(self, her: str) -> Found:
        """Raises NoAnswer when it was never seen and the register is silent, Problem AKS-ADDRESS-001 when it is odd."""
        if not her.isdecimal() or len(her) > 12:
            return Found(None, timedelta(), stale=False)
        number, now = int(her), self._clock.now()
        row = await self._store.entry(number)
        age = await self._age(row, now) if row is not None else None
        limit = FRESH if row is not None and row.body is not None else ABSENT_FRESH
        if row is not None and age is not None and age < limit and number not in self._doubtful:
            return Found(_entry(row.body), age, stale=False)
        try:
            body = await self._fetch(number)
        except NoAnswer:
            if row is None or age is None:
                raise
            return Found(_entry(row.body), age, stale=True)
        return Found(_entry(body), timedelta(), stale=False)

    async def refresh(self) -> int:
        """Reads the feed to its end and fetches anew those of our partners that changed. How many. Raises NoAnswer."""
        standing = await self._store.feed(FEED)
        if standing is None:
            return await self._begin()
        position, fetched, asked_at = standing[0], 0, self._clock.now()
        for _ in range(EVENTS_EACH_REFRESH_MAX):
            events = await self._register.events(position)
            if not events:
                break
            known = set(await self._store.looked_up())
            # Fetched before the position moves: killed in between, they are fetched once more.
            for her in sorted({event.her for event in events} & known):
                await self._fetch_if_readable(her)
                fetched += 1
            position = max(position, *(event.sequence for event in events))
            await self._store.move_feed(FEED, position, standing[1])
        await self._store.move_feed(FEED, position, asked_at)
        return fetched

    async def _begin(self) -> int:
        """The feed from now on; what is kept already is looked at once more, for its events are behind us."""
        asked_at = self._clock.now()
        position = await self._register.newest()
        known = await self._store.looked_up()
        for her in known:
            await self._fetch_if_readable(her)
        await self._store.move_feed(FEED, position, asked_at)
        return len(known)

    async def _fetch(self, her: int) -> bytes | None:
        asked_at = self._clock.now()
        body = await self._register.entry(her)
        if body is not None:
            reading.read(body)  # What cannot be read never takes the place of what can.
        await self._store.saw(her, body, asked_at)
        self._doubtful.discard(her)
        return body

    async def _fetch_if_readable(self, her: int) -> None:
        """One odd entry must not stand in the way of the feed; whoever asks for it is told."""
        try:
            await self._fetch(her)
        except Problem:
            self._doubtful.add(her)

    async def _age(self, row: EntryRow, now: datetime) -> timedelta:
        feed = await self._store.feed(FEED)
        known_to_hold = max(row.checked_at, feed[1]) if feed is not None else row.checked_at
        return max(now - known_to_hold, timedelta())


def _entry(body: bytes | None) -> Entry | None:
    return reading.read(body) if body is not None else None
