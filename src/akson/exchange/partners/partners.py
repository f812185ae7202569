"""Partners by HER-id: what may be sent to them, by when they answer, and what was learnt or agreed."""

from collections.abc import Iterable
from datetime import timedelta

from akson.exchange.addresses.book import AddressBook, Found
from akson.exchange.addresses.register import AddressRegister
from akson.exchange.nhn.api import NoAnswer
from akson.exchange.partners import cpp, sending
from akson.exchange.partners.sending import AGREEMENT, REGISTER, Answer, Verdict, Writes
from akson.fhir.problem import Problem
from akson.store.partners import AbilityRow, PartnerStore
from akson.world import Clock


class Partners:
    def __init__(
        self,
        book: AddressBook,
        store: PartnerStore,
        register: AddressRegister,
        *,
        writes: Writes,
        clock: Clock,
    ) -> None:
        """`writes`: type -> versions that we can write, best first."""
        self._book = book
        self._store = store
        self._register = register
        self._writes = writes
        self._clock = clock

    async def may_send(self, type: str, her: str) -> Answer:
        """Asked before the sender begins, and once more before it goes. Never raises for a register that is silent."""
        try:
            found: Found = await self._book.find(her)
        except NoAnswer:
            return sending.unreachable(type)
        except Problem as odd:
            return sending.unreadable(type, odd)
        profiles = await self._store.profiles(int(her)) if found.entry is not None else []
        return sending.judge(type, her, found, profiles, self._writes, self._clock.now())

    async def deadline(self, type: str, her: str) -> timedelta | None:
        """What has been agreed for an answer to `type`; None: the type's own deadline."""
        if not her.isdecimal():
            return None
        return sending.deadline(type, await self._store.profiles(int(her)), self._clock.now())

    async def learn(self, her: str) -> bool:
        """Reads its CPP; whether it says something new. Raises NoAnswer, Problem AKS-ADDRESS-002: what was known stands."""
        content = await self._register.profile(int(her))
        rows: tuple[AbilityRow, ...] = ()
        if content is not None:
            rows = next((p.abilities for p in cpp.read(content) if p.her == her), ())
        return await self._store.put_profile(int(her), REGISTER, rows, at=self._clock.now(), made_by=REGISTER)

    async def agree(self, her: str, rows: Iterable[AbilityRow], *, made_by: str, note: str) -> bool:
        """What has been agreed with the partner itself; an empty agreement leaves the register to decide."""
        return await self._store.put_profile(
            int(her), AGREEMENT, rows, at=self._clock.now(), made_by=made_by, note=note
        )


__all__ = ["Answer", "Partners", "Verdict"]
