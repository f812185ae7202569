"""The post worker: heals what a crash left in the queue of the log, and works the post for as long as the node runs.

What a message is, and what becomes of it, is `akson.exchange`'s. Which houses are whose stands here.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version

from akson.app.cast import LILLEFJORD, ORGANISATIONS, STORVIK
from akson.app.log_keeping import LogKeeper
from akson.app.settings import Settings
from akson.app.wiring import Node, open_node
from akson.exchange.inbox.directory import Directory
from akson.exchange.inbox.pipeline import Inbox
from akson.exchange.outbox.desk import RecordDesk
from akson.exchange.outbox.outbox import Outbox
from akson.exchange.outbox.receipts_in import ReceiptsIn
from akson.exchange.outbox.receipts_out import ReceiptsOut
from akson.exchange.outbox.states import RECEIPT
from akson.exchange.transport.contract import Arrival, Handed, Kind, Parcel
from akson.exchange.transport.folder import Folder

HEAL_EACH_S = 30.0
POLL_EACH_S = 0.25
"""A file is taken when two looks in a row find it unchanged, so a message waits half a second at most."""
POOL_SIZE = 8
TRANSPORT = "folder"
HOUSES = {STORVIK: "storvik", LILLEFJORD: "lillefjord"}
"""Tenant -> the organisation that is its own; every other house of the stage is somebody to write to."""


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

    async def work(self) -> int:
        """One round of what waits in and out; gives how much there was."""
        return await self.inbox.work() + await self.outbox.work()

    async def arrived(self, transport: str, arrival: Arrival) -> None:
        """What a transport has fetched, kept when this returns: then `Transport.taken`. Safe to repeat."""
        if arrival.kind is Kind.ACKNOWLEDGED:
            await self.outbox.acknowledged(arrival.refers_to)
        elif arrival.kind is Kind.REFUSED:
            await self.outbox.refused(arrival.refers_to, arrival.problem)
        else:
            name = arrival.name or arrival.reference
            await self.inbox.receive(arrival.document or arrival.original, transport=transport, name=name)


def post_office(node: Node, folder: Folder) -> PostOffice:
    directory = directory_of(node)
    out = OutFolder(folder)
    desk = RecordDesk(directory, node.clock)
    outbox = Outbox(node.outbox, lambda row: out, desk, clock=node.clock, random=node.random)
    receipts = ReceiptsOut(outbox, directory, folder.send, clock=node.clock)
    inbox = Inbox(
        node.record,
        node.post,
        directory,
        receipts.send,
        clock=node.clock,
        version=version("akson"),
        receipts_in=ReceiptsIn(outbox),
    )
    return PostOffice(inbox, outbox)


def inbox(node: Node, folder: Folder) -> Inbox:
    """What comes in alone: for commands, which work beside a running node."""
    return post_office(node, folder).inbox


def directory_of(node: Node) -> Directory:
    elsewhere = {
        tenant: frozenset(
            her for id, (_, her, above, _) in ORGANISATIONS.items() if above is None and id != own
        )
        for tenant, own in HOUSES.items()
    }
    return Directory(node.record, tuple(HOUSES), elsewhere)


async def run_post(settings: Settings, stop: asyncio.Event, *, on_open: Callable[[], None]) -> None:
    """Until `stop` is set. Raises what went wrong for good; the supervisor then starts the worker again."""
    async with open_node(settings, pool_size=POOL_SIZE) as node:
        post = folder(settings)
        office = post_office(node, post)
        work = office.inbox
        on_open()
        healed = time.monotonic()
        keeper = LogKeeper(node)

        async def store(content: bytes, name: str) -> int:
            return await work.receive(content, transport=TRANSPORT, name=name)

        while not stop.is_set():
            await post.poll(store, work.put_aside)
            # A full lease means that more may wait: no pause then.
            if not await office.work():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), POLL_EACH_S)
            if time.monotonic() - healed >= HEAL_EACH_S:
                await _heal(node)
                healed = time.monotonic()
            keeper.work()


async def _heal(node: Node) -> None:
    """Events whose web worker was killed between the record's commit and the log: in the log within the minute."""
    await node.record.recover()
    # And what a killed worker had logged but not yet brought under the tree.
    await node.log.grow()
