"""What is looked at now and then: the address book, partners' abilities, silence, certificates, ways that are down.

| what                         | how often  | who is told                                                          |
| ---------------------------- | ---------- | -------------------------------------------------------------------- |
| feed of the address register | 10 minutes | nobody; `status.json` says whether it answers                        |
| partners' profiles (CPP)     | a day      | nobody; the sender is, when a type cannot be sent                    |
| silence of a flow            | 15 minutes | the message officer, once, until something comes                     |
| our certificates             | an hour    | the message officer, anew at 45, 14 and 3 days and when it runs out  |
| books of partners            | `[ledger]` | the message officer, an item for each difference, until it is gone   |
| partners' nodes              | a minute   | the message officer, when one is not heard, until it is              |
| a way that is down           | a minute   | the message officer after 15 minutes, until it is up                 |
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from akson.app.posting.alarms import Alarms
from akson.app.posting.carriers import Standing
from akson.app.posting.declared import Declared
from akson.app.posting.ledgers import Comparing
from akson.app.posting.opening import Opened
from akson.exchange.nhn.api import NoAnswer
from akson.exchange.sealing import expiry, keyring
from akson.exchange.sealing.expiry import Alarm, Severity
from akson.exchange.silence.watching import SilentFlow, silent_flows
from akson.exchange.times import NORWAY
from akson.fhir.problem import Problem
from akson.store.ledger import LedgerStore
from akson.world import Clock

REFRESH_S, LEARN_S, SILENCE_S, CERTIFICATES_S, WAYS_S = 600.0, 24 * 3600.0, 900.0, 3600.0, 60.0
DOWN_TOLD_AFTER = timedelta(minutes=15)


class Watch:
    """`round` does what is due, and is called often. `ways` gives how the transports stand now."""

    def __init__(
        self,
        opened: Opened,
        alarms: Alarms,
        ledger: LedgerStore,
        data: Path,
        *,
        clock: Clock,
        comparing: Comparing | None = None,
    ) -> None:
        self._comparing = comparing
        self.register: Standing | None = Standing() if opened.book is not None else None
        self._opened = opened
        self._alarms = alarms
        self._ledger = ledger
        self._data = data
        self._clock = clock
        self._due: dict[str, float] = {}

    async def round(self, ways: Mapping[str, Standing]) -> None:
        now = self._clock.now()
        if self._is_due("refresh", REFRESH_S):
            await self.refresh()
        if self._is_due("learn", LEARN_S):
            await self.learn()
        if self._is_due("silence", SILENCE_S):
            await self._alarms.stand(silences(await silent_flows(self._ledger, now)), of="silent|")
        if self._is_due("certificates", CERTIFICATES_S):
            await self._alarms.stand(
                expiries(certificate_alarms(self._opened.declared, self._data, now)), of="cert|"
            )
        if self._is_due("ways", WAYS_S):
            await self._alarms.stand(downs(ways, now), of="down|")
        if self._comparing is not None:
            await self._compare(self._comparing, now)

    async def _compare(self, comparing: Comparing, now: datetime) -> None:
        if self._is_due("books", comparing.every_s):
            await comparing.round()
            await self._alarms.stand(comparing.items(), of="book|")
        if self._is_due("unheard", WAYS_S):
            await self._alarms.stand(comparing.silent(now), of="unheard|")

    async def refresh(self) -> None:
        if self._opened.book is None:
            return
        try:
            await self._opened.book.refresh()
        except NoAnswer as silent:
            self._register_is(up=False, why=str(silent))
            self._due["refresh"] = time.monotonic() + 60
            return
        self._register_is(up=True)

    async def learn(self) -> None:
        """Profiles of the partners that are declared; one that cannot be read leaves what was known."""
        if self._opened.partners is None:
            return
        for her in self._opened.declared.partners:
            try:
                await self._opened.partners.learn(her)
            except NoAnswer as silent:
                self._register_is(up=False, why=str(silent))
                self._due["learn"] = time.monotonic() + 60
                return
            except Problem:
                continue

    def _register_is(self, *, up: bool, why: str = "") -> None:
        before = self.register or Standing()
        since = before.since if before.up is up else self._clock.now()
        self.register = Standing(up, since, why)

    def _is_due(self, what: str, each_s: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + each_s
        return True


def silences(flows: list[SilentFlow]) -> dict[str, str]:
    found = {}
    for flow in flows:
        what = f"{flow.type} " if flow.type else "kvitteringer "
        words = f"Det er uvanlig stille: {what}fra {flow.partner} er ventet og kommer ikke. Ring og spør om de sender."
        found[f"silent|{flow.partner}|{flow.type}"] = words
    return found


def expiries(alarms: tuple[Alarm, ...]) -> dict[str, str]:
    """A new item at each step nearer; the one before ends."""
    return {f"cert|{a.fingerprint}|{a.severity.name}": _runs_out(a) for a in alarms}


def _runs_out(alarm: Alarm) -> str:
    day = alarm.valid_until.astimezone(NORWAY)
    name = f"Virksomhetssertifikatet til {alarm.name}"
    if alarm.severity is Severity.FATAL:
        return f"{name} gikk ut {day:%d.%m.%Y}. Ingenting kan sendes med det. Legg inn et nytt ved siden av."
    return f"{name} går ut {day:%d.%m.%Y}, om {alarm.days} døgn. Bestill et nytt, og legg det ved siden av."


def downs(ways: Mapping[str, Standing], now: datetime) -> dict[str, str]:
    return {
        f"down|{name}": f"{name} svarer ikke. Meldinger den veien venter, og går av seg selv når den svarer igjen."
        for name, way in ways.items()
        if way.up is False and way.since is not None and now - way.since >= DOWN_TOLD_AFTER
    }


def certificate_alarms(declared: Declared, data: Path, now: datetime) -> tuple[Alarm, ...]:
    """Of our own that the transports use. What cannot be read was told when the post was opened."""
    folders = {way.keys for way in (declared.ebxml, declared.amqp) if way is not None}
    rings = [keyring.load(data / "keys" / "post" / folder) for folder in sorted(folders)]
    return expiry.alarms([c for ring in rings for c in ring.certificates], now)
