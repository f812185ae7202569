"""Builds the node once: databases, store, log, record, issuer, post. Used alike by web workers, post worker and commands.

    async with open_node(settings) as node:
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)

Nothing is global: what a part needs is handed to it here. Which HTTP paths exist stands in asgi.py.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from akson.api.profiles import ProfileFolder
from akson.app import apps
from akson.app.fest import kept as fest
from akson.app.lab_time import clock_of
from akson.app.policies.in_force import PolicyInForce
from akson.app.settings import Settings
from akson.audit import origin, policy
from akson.audit.log import AccessLog
from akson.care.decisionsupport.rules import Rules
from akson.fhir.definitions import load as load_definitions
from akson.fhir.problem import Problem, ProblemKind
from akson.identity import keys
from akson.identity.issuers.local import LocalIssuer
from akson.identity.openid.wire import HttpWire
from akson.identity.rates import Rates
from akson.identity.sessions import Sessions
from akson.record.door import Record
from akson.sharing.legacy import standing as wraps
from akson.sharing.legacy.values import Wrap
from akson.sharing.network import HttpNetwork
from akson.store.activations import ActivationStore
from akson.store.adoption import AdoptionStore
from akson.store.audit_log import AuditLogStore
from akson.store.ledger import LedgerStore
from akson.store.location import LocationStore
from akson.store.outbox import OutboxStore
from akson.store.partners import PartnerStore
from akson.store.post import PostStore
from akson.store.post_desk import PostDeskStore
from akson.store.server import EmbeddedPostgres, ExternalPostgres
from akson.store.storage import StorageStore
from akson.store.store import Store
from akson.terminology import Terminology
from akson.terminology.validating import CodesOf
from akson.world import Clock, Random, Spawn, SystemRandom, TaskSpawn

POOL_SIZE = 8
"""Connections of one process to the record; the embedded server allows 60 in all."""


class DatabaseServer(Protocol):
    """Embedded or external: the same to everybody above."""

    async def start(self) -> object: ...
    async def stop(self) -> None: ...
    async def running(self) -> bool: ...
    def dsn(self, database: str = "record") -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Node:
    """Everything one process of a node works with."""

    settings: Settings
    server: DatabaseServer
    record: Record
    log: AccessLog
    post: PostStore
    outbox: OutboxStore
    ledger: LedgerStore
    post_desk: PostDeskStore
    partners: PartnerStore
    issuer: LocalIssuer
    sessions: Sessions
    words: Terminology
    wire: HttpWire
    activations: ActivationStore
    policy: PolicyInForce
    rates: Rates
    clock: Clock
    random: Random
    spawn: Spawn
    adoption: AdoptionStore
    rules: Rules
    """What advice is given by: our own rules, and those of the register that was imported."""
    location: LocationStore
    storage: StorageStore
    network: HttpNetwork
    """To other nodes."""
    wrap: Wrap | None = None
    """What product this node stands before; None for a node with a record of its own."""


def data_folder(settings: Settings) -> Path:
    """The data folder, made when absent. Raises Problem AKS-APP-002."""
    folder = settings.data
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as refused:
        raise Problem(
            ProblemKind.INTERNAL,
            "AKS-APP-002",
            f"The data folder {folder} cannot be made.",
            why=f"{refused.strerror}.",
            now="Choose another with --data or AKSON_DATA.",
            permanent=True,
        ) from refused
    return folder


def database_server(settings: Settings) -> DatabaseServer:
    """The server the settings name; not started yet."""
    if settings.database_url:
        return ExternalPostgres(settings.database_url, settings.log_database_url)
    return EmbeddedPostgres(data_folder(settings))


def local_issuer(
    settings: Settings, *, clock: Clock, random: Random, ended: Callable[[str], bool] = lambda grant: False
) -> LocalIssuer:
    """The node's own issuer; needs the key folder alone, so it works whether or not the node runs."""
    return LocalIssuer(
        keys.token_key(data_folder(settings) / "keys"), clock=clock, random=random, ended=ended
    )


def access_log(rows: AuditLogStore, settings: Settings, *, clock: Clock, random: Random) -> AccessLog:
    """The node's log on its own tables, with its own key and the witnesses the settings name."""
    key = keys.log_key(data_folder(settings) / "keys")
    # A path in an order to a worker arrives as text.
    named = Path(settings.witnesses) if settings.witnesses else None
    return AccessLog(
        rows,
        key=key,
        origin=origin.first_of(key.public_key()),
        clock=clock,
        random=random,
        witnesses=policy.read(named.read_text("utf-8")) if named else policy.NO_WITNESS,
    )


def rates_of(settings: Settings) -> Rates:
    return Rates(
        user=settings.user_requests_per_second,
        partner=settings.partner_requests_per_second,
        login_per_minute=settings.logins_per_minute,
        now_s=time.monotonic,
    )


async def _post(
    stack: AsyncExitStack, server: DatabaseServer, clock: Clock, pool_size: int
) -> tuple[PostStore, OutboxStore, LedgerStore, PostDeskStore, PartnerStore]:
    """The post's tables, each store closed with the node."""
    post = await PostStore.open(server.dsn("record"), clock=clock, pool_size=max(1, pool_size // 4))
    stack.push_async_callback(post.close)
    outbox = await OutboxStore.open(server.dsn("record"), clock=clock, pool_size=max(1, pool_size // 4))
    stack.push_async_callback(outbox.close)
    ledger = await LedgerStore.open(server.dsn("record"), clock=clock)
    stack.push_async_callback(ledger.close)
    post_desk = await PostDeskStore.open(server.dsn("record"))
    stack.push_async_callback(post_desk.close)
    partners = await PartnerStore.open(server.dsn("record"), pool_size=1)
    stack.push_async_callback(partners.close)
    return post, outbox, ledger, post_desk, partners


async def _beside(
    stack: AsyncExitStack, server: DatabaseServer
) -> tuple[AdoptionStore, LocationStore, StorageStore]:
    """What stands beside the record and holds nothing clinical, each store closed with the node."""
    adoption = await AdoptionStore.open(server.dsn("record"))
    stack.push_async_callback(adoption.close)
    location = await LocationStore.open(server.dsn("record"))
    stack.push_async_callback(location.close)
    storage = await StorageStore.open(server.dsn("record"))
    stack.push_async_callback(storage.close)
    return adoption, location, storage


async def _policy(stack: AsyncExitStack, server: DatabaseServer) -> tuple[ActivationStore, PolicyInForce]:
    activations = await ActivationStore.open(server.dsn("record"))
    stack.push_async_callback(activations.close)
    in_force = PolicyInForce(activations)
    await in_force.refresh()
    following = asyncio.create_task(in_force.follow(), name="policy")
    stack.callback(following.cancel)
    return activations, in_force


def _people(settings: Settings, clock: Clock, random: Random) -> tuple[LocalIssuer, Sessions]:
    """Tokens and logins of this node's own."""
    issuer = local_issuer(settings, clock=clock, random=random, ended=apps.ended(settings, clock).has)
    ended, lock_after = settings.data / "keys" / "ended", timedelta(minutes=settings.lock_after_minutes)
    return issuer, Sessions(issuer, ended=ended, clock=clock, random=random, lock_after=lock_after)


@asynccontextmanager
async def open_node(
    settings: Settings, *, pool_size: int = POOL_SIZE, filling: bool = False
) -> AsyncIterator[Node]:
    """Starts or joins the database, migrates, heals what a crash left, and closes all of it again. `filling`: for what
    fills a wrap, which everybody else may only read."""
    clock, random = clock_of(settings), SystemRandom()
    folder = data_folder(settings)
    definitions = load_definitions()
    wrap = wraps.read(folder)
    async with AsyncExitStack() as stack:
        server = database_server(settings)
        await server.start()
        stack.push_async_callback(server.stop)
        store = await Store.open(
            server.dsn("record"), definitions=definitions, clock=clock, random=random, pool_size=pool_size
        )
        stack.push_async_callback(store.close)
        post, outbox, ledger, post_desk, partners = await _post(stack, server, clock, pool_size)
        adoption, location, storage = await _beside(stack, server)
        rows = await AuditLogStore.open(server.dsn("log"), pool_size=2)
        stack.push_async_callback(rows.close)
        log = access_log(rows, settings, clock=clock, random=random)
        activations, policy_in_force = await _policy(stack, server)
        words = Terminology.of_this_installation(folder)
        record = Record(
            store,
            log,
            definitions=definitions,
            clock=clock,
            random=random,
            words=CodesOf(words),
            policy=policy_in_force,
            read_only=wrap is not None and not filling,
            claimed=ProfileFolder(settings.profiles, words).known if settings.profiles else None,
        )
        stack.push_async_callback(record.close)
        await record.recover()
        issuer, sessions = _people(settings, clock, random)
        wire = HttpWire()
        stack.push_async_callback(wire.close)
        network = HttpNetwork()
        stack.push_async_callback(network.close)
        yield Node(
            settings,
            server,
            record,
            log,
            post,
            outbox,
            ledger,
            post_desk,
            partners,
            issuer,
            sessions,
            words,
            wire,
            activations,
            policy_in_force,
            rates_of(settings),
            clock,
            random,
            TaskSpawn(),
            adoption,
            fest.begin(folder, clock.now().date()),
            location,
            storage,
            network,
            wrap,
        )
