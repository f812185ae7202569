"""A lab that is stopped and started anew on the same ports: the node's client goes on."""

from pathlib import Path

import pytest
from tests.exchange.nhn.house import MSH, NURSES, PARTIES, REGISTER, House, house
from tests.exchange.nhn.test_edi20 import SENDER, parcel

from akson.exchange.transport.contract import Unreachable
from akson_lab.nhn.helseid import Client
from akson_lab.nhn.house import Nhn


def ports(nhn: Nhn) -> tuple[int, int, int]:
    addresses = (nhn.helseid_address, nhn.message_server_address, nhn.register_address)
    first, second, third = (int(address.rpartition(":")[2]) for address in addresses)
    return first, second, third


async def opened(before: int, at: tuple[int, int, int] = (0, 0, 0)) -> Nhn:
    nhn = Nhn(ports=at)
    nhn.messages.before = nhn.parties.before = before
    await nhn.start()
    nhn.parties.put_all(PARTIES, nhn.clock.now())
    return nhn


async def test_the_client_goes_on(tmp_path: Path) -> None:
    first = await opened(1000)
    ours = house(first, "akson", {NURSES})
    theirs = house(first, "hospital", {SENDER})
    edi = ours.edi20([NURSES], tmp_path / "n")
    other = theirs.edi20([SENDER], tmp_path / "h")
    await other.send(parcel())
    [came] = await edi.fetch(10)
    await edi.taken(came)
    await first.stop()
    second = await opened(2000, ports(first))
    for each in (ours, theirs):
        _register(second, each)
    for transport in (edi, other):
        # Its token is none there, then its configuration: each is told once, and mended.
        for told in ("does not accept our token", "does not let us act"):
            with pytest.raises(Unreachable, match=told):
                await transport.fetch(10)
        assert not [arrival for arrival in await transport.fetch(10) if arrival.document]
    await other.send(parcel())
    [came] = await edi.fetch(10)
    assert came.reference
    for each in (ours, theirs):
        await each.close()
    await second.stop()


def _register(nhn: Nhn, each: House) -> None:
    scopes = frozenset({MSH, REGISTER})
    ours = frozenset({NURSES if each.id == "akson" else SENDER})
    nhn.helseid.register(Client(each.id, each.keys.client.registration(), scopes, ours))
