"""The inbox at work: `Inbox.receive` keeps an original, `Inbox.work` brings what waits to its end.

    received ──► claimed (retry, until the lease is out) ──► answered (receipts kept) ──► accepted | refused
                     the record's commit stands between these two
        │                  └── the same sender and MsgId stands already ──► duplicate, with the same receipts
        └── something went wrong ──► retry, later and later ──► parked, with an item for the message officer

Each arrow is one durable row. Killed between any two, the item comes back by itself and goes on: the commit is made under
ids that follow from the message, and receipts are kept before they are sent.

Those of one lease are worked at the same time, but for what bears upon each other: `lines.py`. Other workers, in other
processes, never have what bears upon them: the lease sees to it (ADR 0155), and is held for as long as they are worked.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.exchange.envelope.apprec import ERROR_WORDS, AppRecError
from akson.exchange.envelope.values import Envelope
from akson.exchange.inbox import actors, lines, officer, receipts
from akson.exchange.inbox.adding import additions, missing
from akson.exchange.inbox.delivery import Delivery, gather
from akson.exchange.inbox.directory import Directory, Place, Resource
from akson.exchange.inbox.holding import held
from akson.exchange.inbox.originals import same
from akson.exchange.inbox.patients import Match
from akson.exchange.inbox.planning import Made, Plan, made_id, plan
from akson.exchange.inbox.receipts import Answered
from akson.exchange.judgement import (
    UNREADABLE,
    UUID,
    Answer,
    Verdict,
    judge,
    must_have_record,
    unreadable,
)
from akson.exchange.message_type import CareMessage
from akson.exchange.opening import Opened, open_message
from akson.exchange.outbox.receipts_in import ReceiptsIn, Taken
from akson.exchange.outbox.states import RECEIPT
from akson.exchange.profile import counted_content
from akson.exchange.remarks import is_production, is_test
from akson.exchange.times import NORWAY
from akson.exchange.transport.contract import ENVELOPED
from akson.fhir.problem import Problem, ProblemKind
from akson.record.door import Record
from akson.record.values import Change
from akson.store.post import LOST, InboxItem, PostStore
from akson.world import Clock

LEASE_S = 10
"""A killed worker's item comes back after so long. Doing it twice does no harm, only work."""
ITEMS_EACH = 20
ATTEMPTS_MAX = 8
DELAY_MAX_S = 900
DEATHS_MAX = 20
"""So many times taken without an end: it takes its worker down with it."""
ENDED = ("accepted", "refused", "duplicate", "parked")
NO_SENDER, NOT_FOR_US, NOT_PRODUCTION, ID_USED = (f"AKS-EXCHANGE-{n}" for n in ("012", "013", "014", "015"))
"""What stands in the row of an item that was not taken in, and was not answered with a code for it."""
_IN_RUINS = "Meldingen kan ikke leses, eller avsenderen er ukjent."
_ASTRAY = "Meldingen er adressert til andre enn oss. Avsender har ikke fått kvittering."
_CLAIMED = "claimed"
_AGAIN = frozenset(
    {ProblemKind.CONFLICT, ProblemKind.PRECONDITION, ProblemKind.OVERLOADED, ProblemKind.INTERNAL}
)
"""Somebody else was first, or it is our own fault: another try may go well."""

Send = Callable[[str, bytes], Awaitable[None]]
"""(file name, content): out through a transport."""
Told = Callable[[Sequence[Made], Sequence[Resource]], None]
"""(made, amended): told after each commit, to a command that shows what a message became."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an item, for people and for `--json`."""

    item: int
    state: str
    type: str
    msg_id: str
    problem: str
    receipts: tuple[receipts.Receipt, ...]

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def refused(self) -> bool:
        return self.state in ("refused", "parked") or any(r.codes for r in self.receipts)


class Inbox:
    """Built once per process. Nothing is kept between items."""

    def __init__(
        self,
        record: Record,
        post: PostStore,
        directory: Directory,
        send: Send,
        *,
        clock: Clock,
        version: str,
        receipts_in: ReceiptsIn | None = None,
        refuse_unknown_service: bool = True,
        told: Told | None = None,
        real: bool = True,
    ) -> None:
        """`receipts_in` takes what answers our own messages; without one they are messages of no known type."""
        self._record = record
        self._post = post
        self._directory = directory
        self._send = send
        self._clock = clock
        self._version = version
        self._receipts_in = receipts_in
        self._refuse_unknown_service = refuse_unknown_service
        self._told = told
        self._real = real

    async def receive(self, content: bytes, *, transport: str, name: str) -> int:
        """Keeps the original. What came before, to the byte and under the same name, is answered again or tried again."""
        id, new = await self._post.keep(content, transport=transport, name=name)
        item = None if new else await self._post.get(id)
        if item is not None and item.state == "parked":
            await self._post.advance(id, "retry", note="received again", retry_at=None)
        elif item is not None and item.state in ENDED and item.receipt is not None:
            await self._answer_again(item.receipt)
        return id

    async def put_aside(self, name: str) -> None:
        """A file that the transport could not take: somebody must look at it."""
        tenant = self._directory.tenants[0]
        owner = await self._directory.officer(tenant, None)
        words = "En fil som er for stor til å være en melding, eller ikke kan leses, er lagt til side i post/failed."
        await self._give(tenant, officer.item_for_file(name, words, tenant, self._clock.now(), owner))

    async def work(self, limit: int = ITEMS_EACH) -> int:
        """Brings up to `limit` waiting items on; gives how many were taken. Raises what no item could be blamed for, when
        all have had their turn."""
        opened: dict[int, Opened | None] = {}

        def look(item: InboxItem) -> frozenset[str]:
            opened[item.id] = _opened(item)
            return lines.names(opened[item.id])

        items = await self._post.lease(limit, seconds=LEASE_S, look=look)
        async with held(self._post, items, LEASE_S):
            for again, several in itertools.groupby(items, lambda item: item.attempts > 1):
                if not again:
                    await self._together(list(several), opened)
                    continue
                for item in several:
                    # Taken before without an end: whatever it does to its worker, it does alone, and in its turn.
                    await self._one(item, opened.get(item.id))
        return len(items)

    async def _together(self, items: Sequence[InboxItem], seen: dict[int, Opened | None]) -> None:
        """At the same time, each after those before it that bear upon it; `seen` are those that were opened just now."""
        opened = {item.id: seen[item.id] if item.id in seen else _opened(item) for item in items}
        last: dict[str, asyncio.Task[None]] = {}
        tasks: list[asyncio.Task[None]] = []
        for item in items:
            names = lines.names(opened[item.id])
            before = {last[name] for name in names if name in last}
            tasks.append(asyncio.create_task(self._after(before, item, opened[item.id])))
            last |= dict.fromkeys(names, tasks[-1])
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if result is not None:
                raise result

    async def _after(self, before: set["asyncio.Task[None]"], item: InboxItem, opened: Opened | None) -> None:
        if before:
            await asyncio.wait(before)
        await self._one(item, opened)

    async def outcome(self, id: int) -> Outcome:
        item = await self._post.get(id)
        if item is None:
            raise Problem(ProblemKind.NOT_FOUND, "AKS-EXCHANGE-011", f"The inbox has no item {id}.")
        answered = receipts.unpack(item.receipt) if item.receipt is not None else Answered("", ())
        # A duplicate, or a MsgId that is none, does not stand in the row: it is another item's, or nobody's.
        msg_id = item.msg_id or _written_id(item.original)
        return Outcome(id, item.state, item.type or "", msg_id, item.problem or "", answered.receipts)

    async def _one(self, item: InboxItem, opened: Opened | None) -> None:
        """`opened` when somebody has opened it already."""
        if item.attempts > DEATHS_MAX and item.receipt is None:
            await self._later(item, "AKS-EXCHANGE-091", give_up=True)
            return
        try:
            await self._process_or_later(item, opened)
        except Problem as problem:
            # Somebody else has it since: it is his, and what was done here was done once.
            if problem.id != LOST:
                raise

    async def _process_or_later(self, item: InboxItem, opened: Opened | None) -> None:
        try:
            await self._process(item, opened)
        except Problem as problem:
            if problem.id == LOST:
                raise
            again = problem.kind in _AGAIN or not problem.permanent
            await self._later(item, problem.id, give_up=not again)
        except Exception as error:
            # Whatever it is, the item is tried again and then given to somebody; its text may quote patient data.
            await self._later(item, f"AKS-EXCHANGE-090 {type(error).__name__}", give_up=False)

    async def _advance(self, item: InboxItem, state: str, *, note: str, **fields: Any) -> None:
        """Raises CONFLICT AKS-STORE-065 when another worker has it by now."""
        await self._post.advance(item.id, state, note=note, fence=item.attempts, **fields)

    async def _process(self, item: InboxItem, opened: Opened | None) -> None:
        if item.receipt is not None:
            await self._finish(item, receipts.unpack(item.receipt), "")
            return
        if item.transport in ENVELOPED and (distrusted := await self._post.distrusted(item)):
            await self._distrust(item, *distrusted)
            return
        if (
            self._receipts_in is not None
            and (taken := await self._receipts_in.take(item.original)) is not None
        ):
            await self._receipt_came(item, taken)
            return
        opened = opened or open_message(item.original)
        if await self._is_duplicate(item, opened):
            return
        directory = self._directory.afresh()
        addressed = await directory.addressed(opened.envelope) if opened.envelope else []
        verdict = judge(opened, addressed, refuse_unknown_service=self._refuse_unknown_service)
        problem = opened.problem.id if opened.problem else " ".join(verdict.codes)
        patients: list[str] = []
        if verdict.accepted and opened.envelope is not None and self._is_trial(opened.envelope):
            problem = NOT_PRODUCTION
            words = "Meldingen er merket som opplæring eller feilsøking, og er ikke tatt inn i journalen."
            await self._tell_officer(item, words, verdict.places[0])
        elif verdict.accepted:
            verdict, problem, patients = await self._deliver(item, opened.message(), verdict, directory)
        elif not verdict.answers or UNREADABLE in verdict.codes:
            # Nobody knows what it said or whom about, or it has gone astray: somebody must ring the sender.
            readable = bool(opened.envelope and opened.envelope.sender.key) and not unreadable(opened)
            problem = NOT_FOR_US if readable else (problem or NO_SENDER)
            await self._tell_officer(item, _ASTRAY if readable else _IN_RUINS, None)
        await self._answer(item, opened, verdict, problem, patients)

    async def _distrust(self, item: InboxItem, code: str, note: str) -> None:
        """Signature or envelope cannot be believed: nothing of it is taken in, not even its MsgId; somebody looks at it."""
        opened = open_message(item.original)
        answers: tuple[Answer, ...] = ()
        if opened.envelope is not None and opened.envelope.sender.key and not unreadable(opened):
            addressed = await self._directory.afresh().addressed(opened.envelope)
            error = AppRecError(code if code in ERROR_WORDS else "S99")
            answers = tuple(Answer(a.receiver, (error,)) for a in addressed if a.place is not None or a.house)
        told = "Avsender er varslet." if answers else "Avsender har ikke fått kvittering."
        await self._tell_officer(item, f"{officer.DISTRUSTED.get(code, officer.ODD)} {note} {told}", None)
        await self._answer(item, opened, Verdict((), answers), code)

    def _is_trial(self, envelope: Envelope) -> bool:
        """What says of itself that it is no real message. A house that is no real one either takes letters for testing."""
        return not is_production(envelope) or (self._real and is_test(envelope))

    async def _receipt_came(self, item: InboxItem, taken: Taken) -> None:
        """It is kept with the message it answers; here it ends. One that nobody can use is somebody's to look at."""
        if taken.verdict == "unusable":
            await self._tell_officer(item, "En kvittering kan ikke leses.", None)
            await self._advance(item, "refused", note="", problem=taken.problem, type=RECEIPT)
            return
        ended = (
            {"sender_her": taken.sender, "msg_id": taken.receipt_id}
            if UUID.fullmatch(taken.receipt_id)
            else {}
        )
        try:
            await self._advance(item, "accepted", note=taken.verdict, type=RECEIPT, **ended)
        except Problem as came_before:
            if came_before.id != "AKS-STORE-061":
                raise
            await self._advance(item, "duplicate", note=taken.verdict, type=RECEIPT)

    async def _is_duplicate(self, item: InboxItem, opened: Opened) -> bool:
        """Claims sender and MsgId for this item; the first one to have them decides, and its receipts are given again."""
        envelope = opened.envelope
        if envelope is None or not envelope.sender.key or not UUID.fullmatch(envelope.msg_id):
            return False
        if unreadable(opened):
            # A message cut off on its way must not stand in the way of the whole one.
            return False
        key, msg_id = envelope.sender.key, envelope.msg_id.lower()
        try:
            await self._advance(
                item,
                "retry",
                note=_CLAIMED,
                sender_her=key,
                msg_id=msg_id,
                type=envelope.type.v,
                conversation=envelope.conversation,
                leased_until=self._clock.now() + timedelta(seconds=LEASE_S),
            )
        except Problem as taken:
            if taken.id != "AKS-STORE-061":
                raise
        else:
            return False
        first = await self._post.find_by_msg_id(key, msg_id)
        if first is not None and first.id != item.id and not same(first.original, item.original):
            await self._refuse_second(item, opened, first.id)
            return True
        kept = first.receipt if first is not None else None
        if kept is not None:
            await self._answer_again(kept)
        if first is not None and first.state == "parked":
            await self._post.advance(first.id, "retry", note="received again", retry_at=None)
        # Without a receipt the first one is still under way; its receipt will come of itself.
        note = f"item {first.id} was first" if first is not None else ""
        told = {"type": envelope.type.v, "sender_her": key}
        await self._advance(item, "duplicate", note=note, receipt=kept, **told)
        return True

    async def _refuse_second(self, item: InboxItem, opened: Opened, first: int) -> None:
        """An id that stood on another message: the first stays as it is, this one is refused, somebody looks at both."""
        assert opened.envelope is not None
        addressed = await self._directory.afresh().addressed(opened.envelope)
        errors = (AppRecError("E10", "Meldings-id er brukt før, på en melding med annet innhold."),)
        answers = tuple(Answer(a.receiver, errors) for a in addressed if a.place is not None or a.house)
        words = f"To ulike meldinger fra samme avsender har samme meldings-id. Den første er nummer {first}."
        await self._tell_officer(item, words, None)
        await self._answer(item, opened, Verdict((), answers), ID_USED)

    async def _deliver(
        self, item: InboxItem, message: CareMessage, verdict: Verdict[Place], directory: Directory
    ) -> tuple[Verdict[Place], str, list[str]]:
        """Into the record of each municipality addressed; gives what it was taken for, a problem's id, and whose it is.

        What the record can never hold is refused, and told."""
        received = item.received_at.astimezone(NORWAY).isoformat(timespec="seconds")
        patients: list[str] = []
        try:
            for tenant in dict.fromkeys(place.tenant for place in verdict.places):
                places = tuple(place for place in verdict.places if place.tenant == tenant)
                made = made_id(tenant, message, "Communication")
                delivery = await gather(directory, message, places, received=received, made_id=made)
                if delivery.patient.match is Match.UNKNOWN and must_have_record(message.type.code):
                    return (*_without_record(verdict), [])
                await self._commit(delivery, plan(delivery))
                patients += [delivery.patient.id] if delivery.patient.match is Match.KNOWN else []
        except Problem as problem:
            if problem.kind in _AGAIN or not problem.permanent:
                raise
            await self._tell_officer(
                item, "Journalen kunne ikke ta imot meldingen. Avsender er varslet.", verdict.places[0]
            )
            error = AppRecError("X99", f"{problem.id}: {problem.what}")
            refused = tuple(Answer(a.receiver, (*a.errors, error)) for a in verdict.answers)
            return Verdict((), refused), problem.id, []
        return verdict, "", patients

    async def _commit(self, delivery: Delivery, plan: Plan) -> None:
        if delivery.mirrored is None:
            session = self._record.open(
                actors.sender(delivery.message.envelope.sender, delivery.tenant),
                PurposeOfUse.CARE_COORDINATION,
            )
            await session.commit(additions(plan.made), action="receive")
            self._tell(plan.made, ())
        if drawn := await missing(self._directory, delivery.tenant, plan.drawn):
            await self._directory.session(delivery.tenant).commit(additions(drawn))
            self._tell(drawn, ())
        if plan.amended:
            await self._directory.session(delivery.tenant).commit(
                [
                    Change(
                        "PUT",
                        str(resource["resourceType"]),
                        id=str(resource["id"]),
                        resource=resource,
                        if_match=int(resource["meta"]["versionId"]),
                    )
                    for resource in plan.amended
                ]
            )
            self._tell((), plan.amended)

    def _tell(self, made: Sequence[Made], amended: Sequence[Resource]) -> None:
        if self._told is not None:
            self._told(made, amended)

    async def _answer(
        self,
        item: InboxItem,
        opened: Opened,
        verdict: Verdict[Place],
        problem: str,
        patients: Sequence[str] = (),
    ) -> None:
        made = receipts.build(
            opened.envelope,
            verdict.answers,
            seed=f"{item.id}|{item.digest.hex()}",
            made=self._clock.now(),
            received=item.received_at,
            version=self._version,
        )
        answered = Answered("accepted" if verdict.accepted else "refused", made)
        until = self._clock.now() + timedelta(seconds=LEASE_S)
        kept = receipts.pack(answered)
        type = opened.envelope.type.v if opened.envelope else None
        whose = {"tenant": verdict.places[0].tenant, "patient_ids": patients} if verdict.accepted else {}
        content = counted_content(opened.message()) if verdict.accepted else (0, 0)
        await self._advance(
            item,
            "retry",
            note="answered",
            receipt=kept,
            problem=problem or None,
            type=type,
            sender_her=(opened.envelope.sender.key if opened.envelope else "") or None,
            leased_until=until,
            content_asked=content[0],
            content_said=content[1],
            **whose,
        )
        await self._finish(item, answered, " ".join(verdict.codes))

    async def _finish(self, item: InboxItem, answered: Answered, note: str) -> None:
        for receipt in answered.receipts:
            await self._send(receipt.name, receipt.content.encode("utf-8"))
        await self._advance(item, answered.state, note=note)

    async def _answer_again(self, kept: bytes) -> None:
        for receipt in receipts.unpack(kept).receipts:
            await self._send(receipt.name, receipt.content.encode("utf-8"))

    async def _later(self, item: InboxItem, problem: str, *, give_up: bool) -> None:
        if not give_up and item.attempts < ATTEMPTS_MAX:
            await self._advance(
                item,
                "retry",
                note=problem,
                problem=problem,
                retry_at=retry_at(self._clock.now(), item.attempts),
            )
            return
        await self._tell_officer(item, "Meldingen kunne ikke behandles.", None)
        await self._advance(item, "parked", note=problem, problem=problem)

    async def _tell_officer(self, item: InboxItem, words: str, place: Place | None) -> None:
        tenant = place.tenant if place else (item.tenant or self._directory.tenants[0])
        owner = await self._directory.officer(tenant, place)
        await self._give(tenant, officer.item_for(item, words, tenant, owner))

    async def _give(self, tenant: int, made: Made) -> None:
        if await self._directory.read(tenant, f"Task/{made.id}") is None:
            await self._directory.session(tenant).commit(
                [Change("POST", "Task", resource=made.resource, given_id=made.id)]
            )
            self._tell((made,), ())


def _opened(item: InboxItem) -> Opened | None:
    """None for what was answered before, and for what nobody can open: it is opened again where that is told."""
    try:
        return open_message(item.original) if item.receipt is None else None
    except Exception:
        return None


def _without_record(verdict: Verdict[Place]) -> tuple[Verdict[Place], str]:
    error = AppRecError("E35")
    return Verdict((), tuple(Answer(a.receiver, (*a.errors, error)) for a in verdict.answers)), error.code


def _written_id(original: bytes) -> str:
    envelope = open_message(original).envelope
    return envelope.msg_id if envelope else ""


def retry_at(now: datetime, attempts: int) -> datetime:
    return now + timedelta(seconds=min(2**attempts, DELAY_MAX_S))
