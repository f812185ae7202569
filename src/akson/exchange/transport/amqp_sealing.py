"""Bodies on the bus: signed with our certificate, then encrypted for the receiver's; opened the other way round.

Whose certificate it must be stands in the address book: the receiver's own entry, and for who signed the organisation number
that the sender's HER-id belongs to. Formats and checks are `exchange.sealing`'s.
"""

from akson.exchange.addresses.book import AddressBook, Found
from akson.exchange.nhn.api import NoAnswer
from akson.exchange.sealing import certificates, cms, refusals
from akson.exchange.sealing.keyring import Keyring
from akson.exchange.sealing.trust import Trust
from akson.exchange.transport.amqp import PartyQueues
from akson.exchange.transport.amqp_message import SEALED
from akson.exchange.transport.contract import Undeliverable, Unreachable
from akson.fhir.problem import Problem
from akson.world import Clock


class CmsSealer:
    content_type = SEALED

    def __init__(self, book: AddressBook, keyring: Keyring, trust: Trust, *, clock: Clock) -> None:
        self._book = book
        self._keyring = keyring
        self._trust = trust
        self._clock = clock

    async def seal(self, document: bytes, *, sender: str, receiver: str) -> bytes:
        entry = (await find(self._book, receiver)).entry
        if entry is None or entry.encryption is None or not entry.encryption.der:
            raise Undeliverable(
                f"HER-id {receiver} has no certificate for encryption in the address register."
            )
        now = self._clock.now()
        try:
            theirs = certificates.read(entry.encryption.der)
            self._trust.check(theirs, certificates.Use.ENCRYPT, now)
            return cms.encrypt(cms.sign(document, self._keyring.signer(now)), [theirs])
        except Problem as problem:
            raise Undeliverable(f"It cannot be sealed for HER-id {receiver} ({problem.id}).") from problem

    async def open(self, body: bytes, *, sender: str) -> bytes:
        signed = cms.decrypt(body, self._keyring.openers(), self._trust.compatibility)
        found = cms.verify(signed, self._trust, self._clock.now())
        entry = (await find(self._book, sender)).entry
        if entry is None or entry.organisation_number != found.signer.organisation_number:
            raise refusals.signature(120, f"The organisation that signed is not the one of HER-id {sender}.")
        return found.content


class BookQueues:
    """Queues by the address book; the host before the name is the bus's own."""

    def __init__(self, book: AddressBook, *, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    async def of(self, her: str) -> PartyQueues | None:
        entry = (await find(self._book, her)).entry
        if entry is None or not entry.queues.asynchronous or not entry.may_exchange(self._clock.now()):
            return None
        return PartyQueues(_name(entry.queues.asynchronous), _name(entry.queues.error))


async def find(book: AddressBook, her: str) -> Found:
    try:
        return await book.find(her)
    except NoAnswer as silent:
        raise Unreachable(str(silent)) from silent
    except Problem as odd:
        raise Undeliverable(f"The entry of HER-id {her} cannot be read ({odd.id}).") from odd


def _name(address: str) -> str:
    """`sb.test.nhn.no/DigitalDialog/93238_async` -> `93238_async`."""
    return address.rpartition("/")[2]
