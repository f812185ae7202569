"""One random world: a sender with the real Outbox, partners who answer as partners do, and a network that loses, doubles,
delays, spoils and turns things round, while workers are killed. All from one seed; time is simulated.

What the world knows and the sender does not: what each partner truly took, how often, and what he truly answered.
"""

import hashlib
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from akson.exchange.outbox.outbox import Letter, Outbox
from akson.exchange.transport.contract import Handed, Parcel, Undeliverable, Unreachable
from akson.fhir.problem import Problem
from akson.store.outbox_rows import Because, KeptReceipt, OutboxRow
from akson.world import FixedClock, SeededRandom
from tests.exchange.worlds.memory import MemoryOutbox

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
RATES = (0.0, 0.01, 0.1, 0.3, 0.6)
PARTNERS = ("990202", "990302", "990402")
STORE_SHARE = 0.05
"""Of the rate of crashes: so often at each call to the memory, of which there are many."""
DAYS_AFTER = timedelta(days=3)


class Killed(BaseException):
    """A worker dies here."""


@dataclass(frozen=True)
class Rates:
    """How often each thing goes wrong."""

    drop: float
    double: float
    delay: float
    spoil: float
    unreachable: float
    crash: float
    refuse: float
    contradict: float

    @classmethod
    def drawn(cls, chance: random.Random) -> "Rates":
        return cls(
            *(chance.choice(RATES) for _ in range(6)), chance.choice((0.0, 0.1)), chance.choice((0.0, 0.05))
        )


@dataclass
class Partner:
    """A receiver who keeps the rules: one effect for each message, and the same answer for ever."""

    her: str
    effects: Counter[str] = field(default_factory=Counter)
    answers: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    order: dict[str, list[int]] = field(default_factory=dict)
    """Conversation -> numbers of its messages, as they first came here."""


@dataclass
class Desk:
    """People's items: what is open, for which row; kept by id, so that a second hand finds the first one's work."""

    items: dict[str, bool] = field(default_factory=dict)

    async def give(self, row: OutboxRow, receipts: Any) -> str:
        for spell in range(1, row.sending.spell):
            self.items[f"{row.id}/{spell}"] = False
        return self._make(f"{row.id}/{row.sending.spell}")

    async def release(self, row: OutboxRow) -> None:
        for spell in range(1, row.sending.spell + 1):
            self.items[f"{row.id}/{spell}"] = False

    async def give_receipt(self, receipt: KeptReceipt, row: OutboxRow | None) -> str:
        return self._make(f"receipt/{receipt.id}")

    def _make(self, id: str) -> str:
        self.items.setdefault(id, True)
        return id

    def open_for(self, id: int) -> bool:
        return any(open for name, open in self.items.items() if name.startswith(f"{id}/"))


class Mortal:
    """The memory as a worker that may die at any moment has it: before a call, or after what it wrote stands."""

    def __init__(self, inner: Any, may_die: Callable[[], None]) -> None:
        self._inner = inner
        self._may_die = may_die

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)

        async def call(*args: Any, **more: Any) -> Any:
            self._may_die()
            answer = await found(*args, **more)
            self._may_die()
            return answer

        return call


class World:
    """`await World(seed, messages=…).run()`, then `faults()`."""

    tick = timedelta(minutes=1)
    """How long a clock waits that is not told when the next thing is due."""

    def __init__(
        self,
        seed: int,
        *,
        messages: int = 200,
        store: Callable[[FixedClock], Any] = MemoryOutbox,
        make: type[Outbox] = Outbox,
    ) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.rates = Rates.drawn(self.chance)
        self.clock = FixedClock(START)
        self.store = store(self.clock)
        self.desk = Desk()
        self.make = make
        self.partners = {her: Partner(her) for her in PARTNERS}
        self.messages = messages
        self.letters: dict[str, Letter] = {}
        self.numbers: dict[str, int] = {}
        self.committed: set[str] = set()
        self.uncommitted: set[str] = set()
        self.contradicted: set[tuple[str, str]] = set()
        self.spoilt = 0
        self.broken: list[str] = []
        """Rules that a handing-over broke."""
        self.parcels: dict[tuple[str, str], list[str]] = {}
        self.lines: dict[tuple[str, str], list[str]] = {}
        """(conversation, receiver) -> messages in the order they were written."""
        self.heard: set[tuple[str, str]] = set()
        """Messages that a readable receipt came for."""
        self.resent: Counter[tuple[str, str]] = Counter()
        self.tries: Counter[tuple[str, str]] = Counter()
        self.crashes = self.rates.crash > 0
        self.events: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._number = itertools.count()
        self.name = self.chance.choice(("ebxml", "edi20"))
        self.outbox = self._worker()

    def _worker(self) -> Outbox:
        return self.make(
            Mortal(self.store, lambda: self._may_die(STORE_SHARE)),
            lambda row: self,
            self.desk,
            clock=self.clock,
            random=SeededRandom(self.chance.randrange(2**32)),
        )

    # -- the network, seen as a transport by the outbox

    async def send(self, parcel: Parcel) -> Handed:
        self._may_die()
        self._keeps_the_rules(parcel)
        if parcel.receiver == "0":
            raise Undeliverable("no such receiver")
        if self._hit(self.rates.unreachable):
            # It may have come through all the same: the answer was lost, not the parcel.
            if self._hit(0.3):
                self._carry(lambda: self._arrives(parcel))
            raise Unreachable("nobody there")
        self._carry(lambda: self._arrives(parcel))
        self._may_die()
        return Handed(parcel.id[:8])

    def _keeps_the_rules(self, parcel: Parcel) -> None:
        """What every handing-over must be, whatever the world is like: the bytes that were written, under ids that stay."""
        letter = self.letters[parcel.msg_id]
        if parcel.document != letter.document or parcel.receiver not in letter.receivers:
            self.broken.append(f"{parcel.msg_id} went out as something else")
        if parcel.msg_id in self.uncommitted:
            self.broken.append(f"{parcel.msg_id} went out without its commit")
        key = parcel.msg_id, parcel.receiver
        ids = self.parcels.setdefault(key, [])
        if parcel.id not in ids:
            ids.append(parcel.id)
        if len(ids) > 1 + self.resent[key]:
            self.broken.append(f"{parcel.msg_id} got a new parcel id at a retry")
        self.tries[key] += 1
        line = self.lines.get((parcel.conversation, parcel.receiver), [])
        before = line[: line.index(parcel.msg_id)] if parcel.msg_id in line else []
        if not self.resent[key] and any(self._is_in(id, parcel.receiver) for id in before):
            self.broken.append(f"{parcel.msg_id} overtook an earlier one of its conversation")

    def _is_in(self, msg_id: str, receiver: str) -> bool:
        """Whether it still waits to go out for the first time."""
        key = msg_id, receiver
        if self.resent[key] or not hasattr(self.store, "keys"):
            return False
        row = self.store.rows[self.store.keys[key]].sending
        return row.handed_at is None and not row.closed

    def waits_in_line(self, id: int) -> bool:
        """Behind an earlier message of its conversation that is not out."""
        return hasattr(self.store, "keys") and MemoryOutbox._overtakes(self.store, id)

    def _carry(self, arrive: Callable[[], Any]) -> None:
        copies = 0 if self._hit(self.rates.drop) else 1
        copies += self._hit(self.rates.double)
        for _ in range(copies):
            wait = timedelta(seconds=self.chance.uniform(1, 40))
            if self._hit(self.rates.delay):
                wait += timedelta(minutes=self.chance.expovariate(1 / 60))
            self._at(wait, arrive)

    async def _arrives(self, parcel: Parcel) -> None:
        partner = self.partners[parcel.receiver]
        document = parcel.document
        if self._hit(self.rates.spoil):
            document = document[:-1] + bytes([document[-1] ^ 1])
        sent = self.letters[parcel.msg_id].document
        if hashlib.sha256(document).digest() != hashlib.sha256(sent).digest():
            # Signature or well-formedness: his transport does not take it, and says nothing it could be held to.
            self.spoilt += 1
            return
        self._carry(lambda: self._acknowledged(parcel.id))
        if parcel.msg_id not in partner.answers:
            partner.effects[parcel.msg_id] += 1
            partner.order.setdefault(parcel.conversation, []).append(self.numbers[parcel.msg_id])
            status = "2" if self._hit(self.rates.refuse) else "1"
            partner.answers[parcel.msg_id] = (
                status,
                f"<AppRec {partner.her} {parcel.msg_id}/>{status}".encode(),
            )
        self._answer(partner, parcel.msg_id)

    def _answer(self, partner: Partner, msg_id: str) -> None:
        status, document = partner.answers[msg_id]
        self._carry(lambda: self._receipt(partner.her, msg_id, status, document))
        if self._hit(self.rates.contradict):
            other = "2" if status == "1" else "1"
            self._carry(lambda: self._receipt(partner.her, msg_id, other, document + b"!"))

    async def _acknowledged(self, parcel: str) -> None:
        await self._survive(lambda: self.outbox.acknowledged(parcel))

    async def _receipt(self, her: str, msg_id: str, status: str, document: bytes) -> None:
        if self._hit(self.rates.spoil):
            # A receipt that cannot be read is kept by the inbox, and is nothing to the outbox.
            self.spoilt += 1
            return
        self.heard.add((msg_id, her))
        codes = () if status == "1" else ("E36",)
        await self._survive(
            lambda: self.outbox.received_receipt(
                document, receipt_id="r", msg_id=msg_id, sender=her, status=status, codes=codes
            )
        )

    # -- what people and the machine do

    async def run(self) -> "World":
        for number in range(self.messages):
            self._at(timedelta(minutes=self.chance.uniform(0, 24 * 60)), lambda n=number: self._write(n))
        for hour in range(2, 72, 5):
            self._at(timedelta(hours=hour), self._person)
        end = START + timedelta(days=1) + DAYS_AFTER
        while self.clock.now() < end:
            while self.events and self.events[0][0] <= self.clock.now():
                await heapq.heappop(self.events)[2]()
            await self._survive(self._all_work)
            self._step(end)
        # People and machines have had their time; now nobody dies any more, so that what was begun comes to its end.
        self.rates = Rates(0, 0, 0, 0, self.rates.unreachable, 0, 0, 0)
        for _ in range(20):
            self.clock.advance(timedelta(minutes=10))
            while await self.outbox.work(100):
                pass
        return self

    def _step(self, end: datetime) -> None:
        """To the next thing that happens: the events of the world, or a minute while something waits."""
        now = self.clock.now()
        wake = self.store.wakes() if hasattr(self.store, "wakes") else now + self.tick
        next = min([end, *([self.events[0][0]] if self.events else []), *([wake] if wake else [])])
        self.clock.advance(max(next - now, timedelta(seconds=1)))

    async def _all_work(self) -> None:
        while await self.outbox.work(50):
            self._may_die()

    async def _write(self, number: int) -> None:
        receivers = tuple(self.chance.sample(PARTNERS, self.chance.choice((1, 1, 1, 2, 3))))
        if self.chance.random() < 0.02:
            receivers = ("0",)
        conversation = (
            f"c{self.chance.randrange(max(1, self.messages // 4))}" if self.chance.random() < 0.5 else ""
        )
        letter = Letter(
            1,
            f"00000000-0000-4000-8000-{number:012}",
            "990002",
            receivers,
            "DIALOG_SVAR",
            f"<MsgHead n='{number}'/>".encode(),
            self.clock.now(),
            conversation,
            "ready-for-discharge-answer" if self.chance.random() < 0.1 else "",
        )
        self.letters[letter.msg_id] = letter
        self.numbers[letter.msg_id] = number
        because = Because("Communication", letter.msg_id)
        await self._survive(lambda: self.outbox.prepare([letter], because))
        if self._hit(self.rates.crash / 2):
            self.uncommitted.add(letter.msg_id)
            return
        # Nobody commits but after the draft stands: a second try when the worker died in between.
        await self._survive(lambda: self.outbox.prepare([letter], because))
        await self._commit("Communication", letter.msg_id)
        self.committed.add(letter.msg_id)
        if letter.conversation:
            for receiver in receivers:
                self.lines.setdefault((letter.conversation, receiver), []).append(letter.msg_id)

    async def _person(self) -> None:
        """Somebody goes through a few of her items: sends some again, closes some."""
        for name in [name for name, open in self.desk.items.items() if open][:4]:
            if name.startswith("receipt"):
                continue
            row = await self.store.get(int(name.partition("/")[0]))
            if self.chance.random() < 0.3:
                await self._survive(lambda row=row: self.outbox.close(row.id, by="Mats"))
            elif row.sending.state in ("failed", "overdue") and not row.sending.closed:
                self.resent[row.msg_id, row.receiver] += 1
                await self._survive(lambda row=row: self.outbox.resend(row.id, by="Mats"))

    async def _commit(self, type: str, id: str) -> None:
        self.store.commits.add((type, id))

    async def _survive(self, work: Callable[[], Any]) -> None:
        """Whoever dies is followed by another, who knows nothing; what comes from outside comes again until it is taken."""
        for _ in range(200):
            try:
                await work()
                return
            except Killed:
                self.outbox = self._worker()
            except Problem as problem:
                if problem.id == "AKS-EXCHANGE-021":
                    # What the one who died had sent again already.
                    return
                raise AssertionError(f"seed {self.seed}: {problem.id}") from problem

    def _may_die(self, share: float = 1.0) -> None:
        if self._hit(self.rates.crash * share):
            raise Killed

    def _hit(self, rate: float) -> bool:
        return self.chance.random() < rate

    def _at(self, wait: timedelta, what: Callable[[], Any]) -> None:
        heapq.heappush(self.events, (self.clock.now() + wait, next(self._number), what))
