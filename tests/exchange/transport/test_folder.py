"""The folder under the contract: somebody carries files from one's `out` to the other's `in`."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from akson.exchange.transport.contract import Undeliverable
from akson.exchange.transport.folder import FILE_BYTES_MAX, Folder, FolderTransport
from tests.exchange.transport.contract import Pair, TransportContract, comes, nothing_comes, parcel, take_all


class FolderPair(Pair):
    here_her, there_her = "8140001", "990202"
    acknowledges = names_parties = knows_receivers = False

    def __init__(self, root: Path) -> None:
        self.now, self.root = 0.0, root
        for end in ("here", "there"):
            Folder(root / end, clock_s=lambda: 0.0).prepare()
        self._open()

    def _open(self) -> None:
        self.here, self.there = (
            FolderTransport(Folder(self.root / end, clock_s=lambda: self.now)) for end in ("here", "there")
        )

    async def reopen(self) -> None:
        self._open()

    async def cut(self) -> None:
        self.root.rename(self.root.with_name("elsewhere"))

    async def mend(self) -> None:
        self.root.with_name("elsewhere").rename(self.root)

    async def settle(self) -> None:
        if not self.root.exists():
            return
        for a, b in (("here", "there"), ("there", "here")):
            for path in sorted((self.root / a / "out").glob("*.xml")):
                os.replace(path, self.root / b / "in" / path.name)
        self.now += 10
        await asyncio.sleep(0.002)  # two files are never of the same moment


class TestFolder(TransportContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def pair(self, tmp_path: Path) -> AsyncIterator[FolderPair]:
        made = FolderPair(tmp_path / "post")
        yield made
        await made.here.close()
        await made.there.close()

    async def test_another_file_under_an_old_name_is_another_thing(self, pair: FolderPair) -> None:
        inbox = pair.root / "there" / "in"
        (inbox / "a.xml").write_bytes(b"<a/>")
        (first,) = await comes(pair, pair.there)
        (inbox / "a.xml").write_bytes(b"<b/>")
        await pair.there.taken(first)
        (second,) = await comes(pair, pair.there)
        assert second.document == b"<b/>" and second.reference != first.reference, "never moved unread"

    async def test_originals_are_kept(self, pair: FolderPair) -> None:
        sent = parcel(pair)
        await pair.here.send(sent)
        await take_all(pair, pair.there)
        (kept,) = (pair.root / "there" / "done").iterdir()
        assert kept.read_bytes() == sent.document

    async def test_what_is_too_large_is_told_of_and_put_aside(self, pair: FolderPair) -> None:
        with (pair.root / "there" / "in" / "large.xml").open("wb") as file:
            file.truncate(FILE_BYTES_MAX + 1)
        (arrival,) = await comes(pair, pair.there)
        assert (arrival.name, arrival.problem, arrival.original) == ("large.xml", "T01", b"")
        await pair.there.taken(arrival)
        assert (pair.root / "there" / "failed" / "large.xml").exists()
        await nothing_comes(pair, pair.there)

    @pytest.mark.parametrize("field", ["id", "type"])
    async def test_no_parcel_names_a_file_outside(self, pair: FolderPair, field: str) -> None:
        with pytest.raises(Undeliverable):
            await pair.here.send(parcel(pair, **{field: "../../x"}))
