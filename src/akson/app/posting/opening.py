"""The transports that `post.toml` names, opened once for each process, and the address book behind them.

Keys are files: NHN's client in `<data>/keys/issuer-nhn-*.pem`, certificates in `<data>/keys/post/<organisation>`.
What a transport does is `exchange.transport`'s.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from akson.app.posting import declared
from akson.app.posting.declared import Bus, Declared, Mail, Partner
from akson.exchange.addresses.book import AddressBook
from akson.exchange.addresses.register import AddressRegister
from akson.exchange.building.writing import MaySend
from akson.exchange.envelope.ebxml.values import Correspondent, Software
from akson.exchange.messages import MESSAGE_TYPES
from akson.exchange.nhn.api import NhnApi
from akson.exchange.partners import agreement
from akson.exchange.partners.agreement import Agreement
from akson.exchange.partners.partners import Partners
from akson.exchange.partners.sending import Answer
from akson.exchange.sealing import certificates, keyring, trust
from akson.exchange.sealing.keyring import Keyring
from akson.exchange.transport.amqp_sealing import find
from akson.exchange.transport.contract import Transport, Undeliverable
from akson.exchange.transport.edi20 import Application, Edi20
from akson.exchange.transport.edi20_memory import Edi20Memory
from akson.fhir.problem import Problem, ProblemKind
from akson.identity import keys
from akson.identity.openid.assertion import ClientKey
from akson.identity.openid.issuer import Issuer, Profile
from akson.identity.openid.machine import MachineTokens
from akson.identity.openid.requests import ClientKeys
from akson.store.partners import AbilityRow, PartnerStore
from akson.world import Clock, SystemClock

if TYPE_CHECKING:
    from akson.app.wiring import Node
    from akson.exchange.transport.amqp_link import Address
    from akson.exchange.transport.mail_server import Door

NHN = "nhn"
"""The name of our client's key files."""
WRITES: Mapping[str, tuple[str, ...]] = {
    type.code: tuple(version.number for version in type.versions) for type in MESSAGE_TYPES
}
AGREED_BY = declared.FILE_NAME
CPA_FOLDER = "cpa"


@dataclass(frozen=True, slots=True)
class Opened:
    """What goes and comes otherwise than by the folder. `book` and `partners` are None without a register."""

    declared: Declared
    transports: Mapping[str, Transport]
    book: AddressBook | None = None
    partners: Partners | None = None


@asynccontextmanager
async def opened(node: "Node") -> AsyncIterator[Opened]:
    """Raises Problem AKS-POST-001 (the file), AKS-SEAL-5xx (keys). Nothing is asked of anybody yet."""
    told = declared.load(node.settings.data)
    agreed = agreements(told, node.settings.data)
    async with AsyncExitStack() as stack:
        book, partners = await _register(node, told, stack)
        transports: dict[str, Transport] = {}
        if told.edi20 is not None:
            transports["edi20"] = _edi20(node, told, stack)
        if told.ebxml is not None and book is not None:
            transports["ebxml"] = _ebxml(node, told.ebxml, book, agreed)
        if told.amqp is not None and book is not None:
            transports["amqp"] = _amqp(node, told.amqp, book)
        for transport in transports.values():
            stack.push_async_callback(transport.close)
        yield Opened(told, transports, book, partners)


def may_send_of(node: "Node") -> MaySend | None:
    """What each partner takes, for those who write; None where `post.toml` names no register, or is faulty: that the post
    worker and `akson post show` tell, and screens go on.

    The register is opened for each question: a person asks it, a few times an hour, and the book keeps what it said.
    """
    try:
        told = declared.load(node.settings.data)
    except Problem:
        return None
    if told.register is None:
        return None

    async def may_send(type: str, her: str) -> Answer:
        async with AsyncExitStack() as stack:
            _, partners = await _register(node, told, stack)
            assert partners is not None
            return await partners.may_send(type, her)

    return may_send


def client_keys(data: Path) -> ClientKeys:
    """Our client at HelseID for machines; made when absent."""
    private, binding = keys.issuer_keys(data / "keys", NHN)
    return ClientKeys(ClientKey(private), ClientKey(binding))


def application() -> Application:
    return Application("Akson", version("akson"))


async def _register(
    node: "Node", told: Declared, stack: AsyncExitStack
) -> tuple[AddressBook | None, Partners | None]:
    if told.register is None:
        return None, None
    api = _api(node, told, told.register.address, told.register.scope)
    stack.push_async_callback(api.close)
    register = AddressRegister(api)
    book = AddressBook(register, node.partners, clock=node.clock)
    partners = Partners(book, node.partners, register, writes=WRITES, clock=node.clock)
    await _agreed(partners, told, node.partners)
    return book, partners


async def _agreed(partners: Partners, told: Declared, store: PartnerStore) -> None:
    """What the file says of abilities, as agreements: one that is as it was makes no new row."""
    for partner in told.partners.values():
        named = {(text, way) for way in ("receives", "sends") for text in getattr(partner, way)}
        rows = [
            AbilityRow(
                *text.split(" "),
                sends=(text, "sends") in named,
                receives=(text, "receives") in named,
                answers_within=partner.answers_within,
            )
            for text in sorted({text for text, _ in named})
        ]
        standing = [p for p in await store.profiles(int(partner.her_id)) if p.source == "agreement"]
        ours = any(p.made_by == AGREED_BY for p in standing)
        if rows or ours:
            await partners.agree(partner.her_id, rows, made_by=AGREED_BY, note="")


def _api(node: "Node", told: Declared, address: str, scope: str) -> NhnApi:
    # Tokens and their proofs live by the real time, whatever the node's own clock is set to.
    clock = SystemClock()
    assert told.helseid is not None
    issuer = Issuer(NHN, "HelseID", Profile.HELSEID, told.helseid.address, told.helseid.client_id, 1)
    tokens = MachineTokens(
        issuer, client_keys(node.settings.data), scope, wire=node.wire, clock=clock, random=node.random
    )
    return NhnApi(address, tokens, headers=application().headers, clock=clock)


def _edi20(node: "Node", told: Declared, stack: AsyncExitStack) -> Edi20:
    assert told.edi20 is not None
    api = _api(node, told, told.edi20.address, told.edi20.scope)
    memory = Edi20Memory(node.settings.data / "post" / "edi20", clock=SystemClock())
    return Edi20(api, told.edi20.her_ids, memory, application())


def _ebxml(node: "Node", told: Mail, book: AddressBook, agreed: Mapping[str, Agreement]) -> Transport:
    from akson.exchange.transport.ebxml_mail import EbxmlMail, Office
    from akson.exchange.transport.ebxml_memory import Memory
    from akson.exchange.transport.mail_server import ImapMailbox, Outgoing, Pop3Mailbox

    folder = node.settings.data / "keys" / "post"
    software = Software("Akson", version("akson"), "Akson", version("akson"))
    office = Office(
        frozenset(told.her_ids),
        told.address,
        _ring(folder, told.keys),
        trust.load(folder / told.trust),
        software,
    )
    password = _password(folder, told.password_file)
    inbox = _mail_door(told.inbox, password, _file(folder, told.roots))
    mailbox = Pop3Mailbox(inbox) if told.inbox.startswith("pop3") else ImapMailbox(inbox)
    return EbxmlMail(
        office,
        Correspondents(book, node.clock, agreed),
        Outgoing(_mail_door(told.smtp, password, _file(folder, told.roots))),
        mailbox,
        Memory(node.settings.data / "post" / "ebxml"),
        clock=node.clock,
        random=node.random,
    )


def _amqp(node: "Node", told: Bus, book: AddressBook) -> Transport:
    from akson.exchange.transport.amqp import Amqp, PartyQueues
    from akson.exchange.transport.amqp_link import Link
    from akson.exchange.transport.amqp_sealing import BookQueues, CmsSealer

    folder = node.settings.data / "keys" / "post"
    link = Link(_bus_address(told, folder))
    sealer = CmsSealer(book, _ring(folder, told.keys), trust.load(folder / told.trust), clock=node.clock)
    own = {her: PartyQueues(f"{her}_async", f"{her}_error") for her in told.her_ids}
    return Amqp(link, own, BookQueues(book, clock=node.clock), sealer, clock=node.clock)


def _ring(folder: Path, name: str) -> Keyring:
    return keyring.load(folder / name)


def _password(folder: Path, name: str) -> str:
    return (folder / name).read_text("utf-8").strip() if name else ""


def _file(folder: Path, name: str) -> str:
    return str(folder / name) if name else ""


def _bus_address(told: Bus, folder: Path) -> "Address":
    from akson.exchange.transport.amqp_link import Address

    return Address(
        told.url,
        told.user,
        _password(folder, told.password_file),
        told.prefix,
        _file(folder, told.roots),
        told.allow_plain,
    )


def _mail_door(address: str, password: str, roots: str) -> "Door":
    from akson.exchange.transport.mail_server import Door, Security

    parts = urlsplit(address)
    plain = parts.scheme in ("smtp", "pop3", "imap")
    security = Security.STARTTLS if "starttls" in parts.scheme else Security.NONE if plain else Security.TLS
    assert parts.hostname and parts.port
    return Door(parts.hostname, parts.port, security, unquote(parts.username or ""), password, roots=roots)


def agreements(told: Declared, data: Path) -> dict[str, Agreement]:
    """HER-id -> his CPA, of `<data>/cpa`. Raises Problem AKS-POST-002."""
    return {p.her_id: _agreement(data, p) for p in told.partners.values() if p.cpa}


def _agreement(data: Path, partner: Partner) -> Agreement:
    try:
        found = agreement.read((data / CPA_FOLDER / partner.cpa).read_bytes())
        if found.terms(partner.her_id) is not None:
            return found
        why = f"It is not with {partner.her_id}."
    except OSError as absent:
        why = f"It cannot be read: {absent.strerror}."
    except Problem as odd:
        why = f"{odd.what} {odd.why}"
    raise Problem(
        ProblemKind.INVALID,
        "AKS-POST-002",
        f"The agreement {partner.cpa} of partner {partner.her_id} cannot be used; the post is not opened.",
        why=why,
        now=f"Put the partner's CPA (XML) in {CPA_FOLDER} below the data folder, or take `cpa` out of {declared.FILE_NAME}.",
        permanent=True,
    )


class Correspondents:
    """The address book as ebXML over mail asks it, and what agreements (CPA) add to it while they are in force.

    The register's certificate for encryption goes before the agreement's, which may be older; whoever signs may be of both.
    """

    def __init__(
        self, book: AddressBook, clock: Clock, agreed: Mapping[str, Agreement] | None = None
    ) -> None:
        self._book = book
        self._clock = clock
        self._agreed = agreed or {}

    async def find(self, her: str) -> Correspondent | None:
        """Raises Unreachable, Undeliverable."""
        entry = (await find(self._book, her)).entry
        if entry is None or not entry.may_exchange(self._clock.now()) or not entry.edi_address:
            return None
        standing = self._agreed.get(her)
        if standing is not None and not standing.in_force(self._clock.now()):
            raise Undeliverable(f"The agreement (CPA) with HER-id {her} is not in force.", "AKS-POST-202")
        terms = standing.terms(her) if standing is not None else None
        sealed = entry.encryption.der if entry.encryption else b""
        sealed = sealed or (terms.encryption if terms else b"")
        if not sealed:
            raise Undeliverable(f"HER-id {her} has no certificate for encryption in the address register.")
        try:
            sealed_for = certificates.read(sealed)
            signing = [entry.signing.der] if entry.signing and entry.signing.der else []
            signing += terms.signing if terms else ()
            signers = tuple(certificates.read(der) for der in dict.fromkeys(signing))
        except Problem as odd:
            raise Undeliverable(f"A certificate of HER-id {her} cannot be read ({odd.id}).") from odd
        return Correspondent(
            her,
            entry.edi_address,
            entry.organisation_number,
            sealed_for,
            signers,
            standing.id if standing is not None else "",
            standing.addressings(her) if standing is not None else (),
        )
