"""Two real nodes with a post worker each, Storvik and Lillefjord, that reach each other by what their post.toml says.

Databases, keys, register and the way between are real; each node knows the other from the register alone.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from akson.access.actor import PurposeOfUse
from akson.app import demo_houses
from akson.app import settings as all_settings
from akson.app.cast import CAST, ORGANISATIONS
from akson.app.cast import LILLEFJORD as LILLEFJORD_TENANT
from akson.app.cast import STORVIK as STORVIK_TENANT
from akson.app.post import PostOffice, folder, post_office, run_post
from akson.app.posting import houses
from akson.app.posting.opening import client_keys
from akson.app.settings import Settings
from akson.app.wiring import Node, open_node
from akson.exchange.ledger.ledger import read_ledger
from akson.exchange.outbox.outbox import Letter
from akson.exchange.sealing import keyring, making
from akson.exchange.sealing.certificates import Use
from akson.record.values import Change
from akson.store.ledger import LedgerStore
from akson.store.outbox_rows import Asked, Because
from akson.world import SystemClock
from akson_lab import gp
from akson_lab.facts import Party as LabParty
from akson_lab.facts import Shipment
from akson_lab.nhn.helseid import Client
from akson_lab.nhn.house import Nhn
from akson_lab.nhn.parties import Party
from tests.exchange.conftest import OFFICER, episode, organisation, patient
from tests.exchange.samples import stay

WAIT_S = 60.0
BUS = "sb.test.nhn.no/DigitalDialog"
SCOPES = frozenset({"nhn:msh/api", "nhn:cp-api/access-v2-dpop"})


@dataclass(frozen=True)
class Side:
    """One municipality."""

    name: str
    her: int
    service: int
    number: str
    words: str

    @property
    def mail(self) -> str:
        return f"{self.name}@edi.test.example"

    @property
    def party(self) -> LabParty:
        return LabParty(self.words, str(self.her), "Sykepleietjeneste", str(self.service))


STORVIK = Side("storvik", 990001, 990002, "997651000", "Storvik kommune")
LILLEFJORD = Side("lillefjord", 990101, 990102, "974760673", "Lillefjord kommune")
SIDES = (STORVIK, LILLEFJORD)


@dataclass
class End:
    """A node of this process, beside its worker."""

    side: Side
    settings: Settings
    node: Node
    office: PostOffice

    async def send(self, to: Side, count: int = 1) -> list[str]:
        """MsgIds of as many requests, each with the commit it belongs to."""
        made = [_letter(self.side, to) for _ in range(count)]
        for letter in made:
            await self.office.outbox.prepare([letter], Because("Communication", f"ut-{letter.msg_id}"))
            resource = {
                "resourceType": "Communication",
                "status": "preparation",
                "subject": {"reference": "Patient/astrid"},
            }
            session = self.node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
            change = Change("POST", "Communication", resource=resource, given_id=f"ut-{letter.msg_id}")
            await session.commit([change])
        return [letter.msg_id for letter in made]

    async def states(self) -> dict[str, str]:
        rows = await self.node.outbox.listed(Asked(limit=1000))
        return {row.msg_id: row.sending.state for row in rows if row.type != "APPREC"}

    async def standing(self) -> object:
        """What a person would look at when it does not go."""
        out = await self.node.outbox.listed(Asked(limit=50))
        came = await self.node.post.listed(("parked", "retry", "waiting", "accepted", "refused"), limit=50)
        return (
            self.side.name,
            (self.settings.data / "post" / "status.json").read_text(),
            [(row.type, row.sending.state, row.sending.problem) for row in out],
            [(item.type, item.state, item.problem) for item in came],
        )

    async def came(self) -> dict[str, str]:
        """MsgId -> the transport, of what came and is no receipt."""
        async with self.books() as books:
            here = await books.came_from([str(s.service) for s in SIDES], None)
        ways = [await self.node.post.came_by(named.partner, named.msg_id) for named in here]
        return {named.msg_id: way[0] if way else "" for named, way in zip(here, ways, strict=True)}

    async def unaccounted(self) -> int:
        async with self.books() as books:
            ledger = await read_ledger(books)
        assert not ledger.differences, ledger.differences
        return ledger.unaccounted

    @asynccontextmanager
    async def books(self) -> AsyncIterator[LedgerStore]:
        made = await LedgerStore.open(self.node.server.dsn("record"), clock=self.node.clock)
        try:
            yield made
        finally:
            await made.close()


async def prepare(node: Node) -> None:
    """The houses each in its own municipality, a patient and an officer in Storvik."""
    people = [
        OFFICER,
        patient("astrid", "Astrid", "Bakken", stay().national_id),
        episode("astrid", "hjemmetjenesten-ost"),
    ]
    for tenant in (STORVIK_TENANT, LILLEFJORD_TENANT):
        made = [
            organisation(id, name, her, above)
            for id, (name, her, above, its) in ORGANISATIONS.items()
            if its == tenant
        ]
        made += people if tenant == STORVIK_TENANT else []
        changes = [Change("PUT", r["resourceType"], id=r["id"], resource=r) for r in made]
        actor = replace(CAST["system"], tenant=tenant)
        await node.record.open(actor, PurposeOfUse.OPERATIONS).commit(changes)


def _letter(here: Side, there: Side) -> Letter:
    id = str(uuid.uuid4())
    facts = stay(sender=here.party, receiver=there.party)
    document = gp.request_message(facts, Shipment(id), topic="Spørsmål", text="Kan hun komme til kontroll?")
    sent_at = facts.sent_at
    return Letter(1, id, str(here.service), (str(there.service),), "DIALOG_FORESPORSEL", document, sent_at)


@asynccontextmanager
async def two_ends(
    root: Path, nhn: Nhn, tables: Callable[[Side, Side], str]
) -> AsyncIterator[tuple[End, End]]:
    """Both nodes prepared, their post not yet running. `tables`: what else stands in post.toml of the first."""
    authority = making.root(SystemClock().now() - timedelta(minutes=5))
    async with AsyncExitStack() as stack:
        ends = []
        for here, there in (SIDES, SIDES[::-1]):
            data = root / here.name
            data.mkdir(parents=True, exist_ok=True)
            _keys(data, here, authority, nhn)
            jwk = client_keys(data).client.registration()
            nhn.helseid.register(Client(here.name, jwk, SCOPES, frozenset({here.service})))
            text = (
                f'[helseid]\naddress = "{nhn.helseid_address}"\nclient_id = "{here.name}"\n'
                f'[register]\naddress = "{nhn.register_address}"\n{tables(here, there)}'
                f"{houses.written(demo_houses.HOUSES)}"
            )
            (data / "post.toml").write_text(text, "utf-8")
            settings = all_settings.load(environ={}, options={"data": str(data)})
            node = await stack.enter_async_context(open_node(settings))
            await prepare(node)
            ends.append(End(here, settings, node, post_office(node, folder(settings))))
        yield ends[0], ends[1]


def _keys(data: Path, side: Side, authority: making.Authority, nhn: Nhn) -> None:
    """The enterprise's pairs on disk and in the register, and the root that is believed."""
    now = SystemClock().now() - timedelta(minutes=5)
    ring = making.keyring(authority, side.number, side.words, now)
    below = data / "keys" / "post"
    der = {}
    for pair in ring.pairs:
        (use,) = pair.certificate.uses
        keyring.save(below / side.number, use.value, pair)
        der[use] = pair.certificate.x509.public_bytes(Encoding.DER)
    (below / "trust").mkdir(exist_ok=True)
    (below / "trust" / "root.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    known = {
        "edi_address": side.mail,
        "queue_host": BUS,
        "signing": der[Use.SIGN],
        "encryption": der[Use.ENCRYPT],
    }
    house = Party(side.her, side.words, "Organization", number=side.number, **known)  # type: ignore[arg-type]
    service = Party(
        side.service,
        "Sykepleietjeneste",
        "Service",
        parent=side.her,
        service=(8663, "25"),
        **known,  # type: ignore[arg-type]
    )
    nhn.parties.put_all((house, service), nhn.clock.now())


@asynccontextmanager
async def post_running(*ends: End) -> AsyncIterator[None]:
    """The joined worker of each, as the node's own process runs it."""
    stop, tasks = asyncio.Event(), []
    try:
        for end in ends:
            ready = asyncio.Event()
            tasks.append(asyncio.create_task(run_post(end.settings, stop, on_open=ready.set)))
            await asyncio.wait(
                [tasks[-1], asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED
            )
            if tasks[-1].done():
                tasks[-1].result()
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def until(
    happened: Callable[[], Awaitable[bool]], told: Callable[[], Awaitable[object]], seconds: float = WAIT_S
) -> None:
    for _ in range(int(seconds * 5)):
        if await happened():
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"it did not happen in time: {await told()}")
