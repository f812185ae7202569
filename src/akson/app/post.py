"""The post worker: heals what a crash left in the queue of the log, and works the post for as long as the node runs.

    pathways                        what follows from what has changed (app/pathways)
    folder ┐                        ┌ inbox.work      what waits, to its end
    edi20  ├ a task each ─► Arrivals┤
    ebxml  │ (Carrier.carry)        └ outbox          promoted, handed over by the Router, followed up
    amqp   ┘                          watch           address book, silence, certificates, ways that are down

None of them waits for another. Beside this worker there may be others that do `inbox.work` alone (`run_inbox`): the lease
gives none of them what bears upon another's (ADR 0155), and what they answer is queued for the one that has the transports.
What a message is, and what becomes of it, is `akson.exchange`'s; which transports there are and whom they reach stands in
`post.toml` (`posting/declared.py`), and which houses are whose (`posting/houses.py`).
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version

from akson.app.adoption import Naming, name_houses
from akson.app.log_keeping import LogKeeper
from akson.app.neighbours import declared as sharing_file
from akson.app.neighbours.opening import follower_of
from akson.app.pathways.follower import Follower
from akson.app.posting import houses, status
from akson.app.posting.alarms import Alarms
from akson.app.posting.arrivals import Arrivals
from akson.app.posting.carriers import Carrier, Standing
from akson.app.posting.declared import Declared
from akson.app.posting.ledgers import Comparing
from akson.app.posting.opening import Opened, opened
from akson.app.posting.routing import Router
from akson.app.posting.watch import Watch
from akson.app.settings import Settings
from akson.app.storage.keeping import keeper_of
from akson.app.wiring import Node, open_node
from akson.exchange.inbox.directory import Directory
from akson.exchange.inbox.pipeline import Inbox
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Outbox
from akson.exchange.outbox.receipts_in import ReceiptsIn
from akson.exchange.outbox.receipts_out import ReceiptsOut
from akson.exchange.outbox.states import RECEIPT
from akson.exchange.times import NORWAY
from akson.exchange.transport.contract import Arrival, Handed, Parcel, Transport
from akson.exchange.transport.folder import Folder
from akson.fhir.problem import Problem
from akson.identity import keys
from akson.sharing.storage.sides import Away
from akson.store.ledger import LedgerStore
from akson.world.raised import places

HEAL_EACH_S = 30.0
POLL_EACH_S = 0.25
"""A file is taken when two looks in a row find it unchanged, so a message waits half a second at most."""
WATCH_EACH_S = 1.0
FOLLOW_EACH_S = 0.5
NAME_EACH_S = 20.0
SENDERS = 3
"""How many letters may be on their way to transports at a time: one that hangs holds one of them, for SEND_WAIT_S."""
ROWS_EACH_SENDER = 5
POOL_SIZE = 8
TRANSPORT = "folder"

_log = logging.getLogger("akson.post")


def folder(settings: Settings) -> Folder:
    """The node's post folder, its four parts made."""
    found = Folder(settings.data / "post", clock_s=time.monotonic)
    found.prepare()
    return found


class OutFolder:
    """The folder as a transport for what goes out: whoever carries it on tells nothing back."""

    name = "folder"

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    async def send(self, parcel: Parcel) -> Handed:
        name = f"{parcel.type.lower()}-{parcel.msg_id}.xml"
        if parcel.type != RECEIPT:
            name = f"{parcel.type.lower()}-{parcel.msg_id}-{parcel.receiver}.xml"
        await self._folder.send(name, parcel.document)
        return Handed(name)

    async def fetch(self, limit: int) -> Sequence[Arrival]:
        return ()

    async def taken(self, arrival: Arrival) -> None:
        return

    async def close(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Both ways of one node's post."""

    inbox: Inbox
    outbox: Outbox
    arrivals: Arrivals
    alarms: Alarms
    carriers: dict[str, Carrier] = field(default_factory=dict)
    """Every transport but the folder, by name."""

    async def work(self) -> int:
        """One round of what waits in and out; gives how much there was."""
        return await self.inbox.work() + await self.outbox.work()

    async def follow_up(self) -> int:
        """What is to be done about what goes out, beside the handing over."""
        done = await self.outbox.promote()
        done += await self.outbox.find_overdue()
        return done + await self.outbox.give_owners()

    async def arrived(self, transport: str, arrival: Arrival) -> bool:
        """What a transport has fetched: True when it is kept, and the transport may forget it. Safe to repeat."""
        return await self.arrivals.keep(transport, arrival)

    @property
    def ways(self) -> dict[str, Standing]:
        return {name: carrier.standing for name, carrier in self.carriers.items()}


def post_office(
    node: Node, folder: Folder, ways: Opened | None = None, *, hands_over: bool = True
) -> PostOffice:
    """Without `ways` by the folder alone: for commands, and for what needs no more. `hands_over`: a receipt at once."""
    ways = ways or Opened(Declared(), {})
    directory = directory_of(node)
    carriers = {
        name: Carrier(transport, _poll_s(ways.declared, name), clock=node.clock, random=node.random)
        for name, transport in ways.transports.items()
    }
    transports: dict[str, Transport] = {"folder": OutFolder(folder), **carriers}
    router = Router(
        ways.declared,
        transports,
        came_by=node.post.came_by,
        may_send=ways.partners.may_send if ways.partners else None,
        today=lambda: node.clock.now().astimezone(NORWAY).date(),
    )
    desk = RecordDesk(directory, node.clock)
    outbox = Outbox(node.outbox, router.route, desk, clock=node.clock, random=node.random)
    receipts = ReceiptsOut(outbox, directory, folder.send, clock=node.clock, hands_over=hands_over)
    inbox = Inbox(
        node.record,
        node.post,
        directory,
        receipts.send,
        clock=node.clock,
        version=version("akson"),
        receipts_in=ReceiptsIn(outbox),
        refuse_unknown_service=ways.declared.refuse_unknown_service,
    )
    alarms = Alarms(folder.root, directory, clock=node.clock)
    arrivals = Arrivals(node.post, inbox, outbox, alarms.tell, clock=node.clock)
    return PostOffice(inbox, outbox, arrivals, alarms, carriers)


def inbox(node: Node, folder: Folder) -> Inbox:
    """What comes in alone: for commands, which work beside a running node."""
    return post_office(node, folder).inbox


def _poll_s(declared: Declared, name: str) -> float:
    return float(getattr(declared, name).poll_seconds)


def directory_of(node: Node) -> Directory:
    return houses.directory(node.record, houses.told_here(node.settings.data))


def comparing_of(node: Node, declared: Declared, books: LedgerStore) -> Comparing:
    key = keys.log_key(node.settings.data / "keys")
    return Comparing(declared, books, key, node.settings.data, clock=node.clock, random=node.random)


async def run_post(settings: Settings, stop: asyncio.Event, *, on_open: Callable[[], None]) -> None:
    """Until `stop` is set. Raises what went wrong for good; the supervisor then starts the worker again."""
    async with open_node(settings, pool_size=POOL_SIZE) as node, opened(node) as ways:
        post = folder(settings)
        # Senders of their own hand over: what is worked does not wait for the disk, or for a partner.
        office = post_office(node, post, ways, hands_over=False)
        ledger = await LedgerStore.open(node.server.dsn("record"), clock=node.clock)
        try:
            comparing = comparing_of(node, ways.declared, ledger)
            watch = Watch(ways, office.alarms, ledger, settings.data, clock=node.clock, comparing=comparing)
            await name_houses(node.adoption, ((h.tenant, h.her_id) for h in ways.declared.houses))
            on_open()
            if node.wrap is not None:
                # Its post is the wrapped product's; the log is kept here.
                await _keep_house(node, stop)
                return
            naming = Naming(node.adoption, directory_of(node), ways.book, clock=node.clock)
            await _run_all(node, office, watch, naming, post, stop)
        finally:
            await ledger.close()


async def run_inbox(settings: Settings, stop: asyncio.Event, *, on_open: Callable[[], None]) -> None:
    """One more pair of hands for what comes in, beside `run_post`, until `stop` is set. It has no transport."""
    async with open_node(settings, pool_size=POOL_SIZE) as node:
        office = post_office(node, folder(settings), hands_over=False)
        on_open()
        if node.wrap is not None:
            await stop.wait()
            return
        await repeated(stop, office.inbox.work)


async def _run_all(
    node: Node, office: PostOffice, watch: Watch, naming: Naming, post: Folder, stop: asyncio.Event
) -> None:
    """Every part in a task of its own; the first that fails for good ends them all."""
    parts = [
        repeated(stop, _folder_rounds(office.inbox, post)),
        repeated(stop, office.inbox.work),
        repeated(stop, office.follow_up),
        repeated(stop, node.adoption.fold),
        _named(naming, stop),
        *(repeated(stop, lambda: office.outbox.send_due(ROWS_EACH_SENDER)) for _ in range(SENDERS)),
        *(carrier.carry(stop, office.arrived) for carrier in office.carriers.values()),
        _keep_house(node, stop),
        _followed(node, stop),
        _watched(node, office, watch, stop),
        _told_to_index(node, stop),
        _kept_elsewhere(node, stop),
    ]
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _folder_rounds(inbox: Inbox, post: Folder) -> Callable[[], Awaitable[int]]:
    async def store(content: bytes, name: str) -> int:
        return await inbox.receive(content, transport=TRANSPORT, name=name)

    async def round() -> int:
        await post.poll(store, inbox.put_aside)
        return 0

    return round


async def repeated(stop: asyncio.Event, round: Callable[[], Awaitable[int]]) -> None:
    """One round after the other until `stop` is set, with a pause when there was nothing to do."""
    while not stop.is_set():
        # A full lease means that more may wait: no pause then.
        if not await round():
            await _pause(stop, POLL_EACH_S)


async def _keep_house(node: Node, stop: asyncio.Event) -> None:
    healed, keeper = time.monotonic(), LogKeeper(node)
    while not stop.is_set():
        if time.monotonic() - healed >= HEAL_EACH_S:
            await _heal(node)
            healed = time.monotonic()
        keeper.work()
        await _pause(stop, POLL_EACH_S)


async def _watched(node: Node, office: PostOffice, watch: Watch, stop: asyncio.Event) -> None:
    """What it looks at is worth looking at, and not worth stopping the post for."""
    written = 0.0
    while not stop.is_set():
        try:
            await watch.round(office.ways)
        except Exception as error:
            _log.error("AKS-POST-301 %s", places(error))
        if time.monotonic() - written >= status.WRITTEN_EACH_S:
            with suppress(OSError):
                ways = {"folder": Standing(True), **office.ways}
                status.write(node.settings.data, node.clock.now(), ways, watch.register)
            written = time.monotonic()
        await _pause(stop, WATCH_EACH_S)


async def _named(naming: Naming, stop: asyncio.Event) -> None:
    """A name that cannot be found out is told, and stops no post."""
    while not stop.is_set():
        try:
            await naming.round()
        except Exception as error:
            _log.error("AKS-ANALYTICS-003 %s", places(error))
        await _pause(stop, NAME_EACH_S)


async def _followed(node: Node, stop: asyncio.Event) -> None:
    """What follows from the record is done by the house; a fault there is told, and stops no post."""
    follower = Follower(node.record, directory_of(node).tenants, clock=node.clock, outbox=node.outbox)
    while not stop.is_set():
        try:
            asked = await follower.round()
        except Exception as error:
            _log.error("AKS-CASE-303 %s", places(error))
            await _pause(stop, HEAL_EACH_S)
            continue
        if not asked:
            await _pause(stop, FOLLOW_EACH_S)


async def _told_to_index(node: Node, stop: asyncio.Event) -> None:
    """The index hears who holds what here; when it is away it hears it later, and nothing else waits for that."""
    follower = follower_of(node, sharing_file.load(node.settings.data))
    while follower is not None and not stop.is_set():
        try:
            told = await follower.round()
        except Exception as error:
            _log.error("AKS-SHARE-301 %s", error if isinstance(error, Problem) else places(error))
            await _pause(stop, HEAL_EACH_S)
            continue
        if not told:
            await _pause(stop, FOLLOW_EACH_S)


async def _kept_elsewhere(node: Node, stop: asyncio.Event) -> None:
    """Copies that the storage policy places elsewhere follow the record; when that node is away they follow later."""
    keeper = keeper_of(node, sharing_file.load(node.settings.data))
    while keeper is not None and not stop.is_set():
        try:
            done = await keeper.round()
        except Away:
            await _pause(stop, HEAL_EACH_S)
            continue
        except Exception as error:
            _log.error("AKS-SHARE-302 %s", error if isinstance(error, Problem) else places(error))
            await _pause(stop, HEAL_EACH_S)
            continue
        if not done:
            await _pause(stop, FOLLOW_EACH_S)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _heal(node: Node) -> None:
    """Events whose web worker was killed between the record's commit and the log: in the log within the minute."""
    await node.record.recover()
    # And what a killed worker had logged but not yet brought under the tree.
    await node.log.grow()
