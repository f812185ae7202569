"""The folder transport: what is ready is taken once, what is half-written is left alone, receipts are whole."""

import os
from pathlib import Path

import pytest

from akson.exchange.transport.folder import FILE_BYTES_MAX, QUIET_S, Folder
from tests.exchange.samples import admission


class Shelf:
    """What was stored, and a clock in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.stored: list[tuple[str, bytes]] = []
        self.fails = False
        self.told: list[str] = []

    async def aside(self, name: str) -> None:
        self.told.append(name)

    async def store(self, content: bytes, name: str) -> int:
        if self.fails:
            raise ConnectionError
        self.stored.append((name, content))
        return len(self.stored)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def folder(tmp_path: Path, shelf: Shelf) -> Folder:
    made = Folder(tmp_path / "post", clock_s=lambda: shelf.now)
    made.prepare()
    return made


def names(folder: Folder, part: str) -> list[str]:
    return sorted(path.name for path in (folder.root / part).iterdir())


async def test_a_whole_file_is_stored_then_moved(folder: Folder, shelf: Shelf) -> None:
    (folder.root / "in" / "a.xml").write_bytes(admission())
    assert await folder.poll(shelf.store, shelf.aside) == 0, "seen for the first time"
    assert await folder.poll(shelf.store, shelf.aside) == 1
    assert shelf.stored == [("a.xml", admission())]
    assert names(folder, "in") == [] and names(folder, "done") == ["1-a.xml"]


async def test_what_has_another_name_is_not_looked_at(folder: Folder, shelf: Shelf) -> None:
    for name in ("a.part", ".a.xml", "a.txt"):
        (folder.root / "in" / name).write_bytes(admission())
    (folder.root / "in" / "folder.xml").mkdir()
    (folder.root / "in" / "link.xml").symlink_to("/etc/hostname")
    for _ in range(3):
        shelf.now += QUIET_S
        assert await folder.poll(shelf.store, shelf.aside) == 0


async def test_a_file_that_grows_is_left_alone(folder: Folder, shelf: Shelf) -> None:
    whole, path = admission(), folder.root / "in" / "slow.xml"
    for cut in range(100, len(whole), 400):
        path.write_bytes(whole[:cut])
        for _ in range(3):
            shelf.now += 0.25
            assert await folder.poll(shelf.store, shelf.aside) == 0, (
                "half a message is never taken while its writer is near"
            )
    path.write_bytes(whole)
    await folder.poll(shelf.store, shelf.aside)
    assert await folder.poll(shelf.store, shelf.aside) == 1 and shelf.stored[0][1] == whole


async def test_a_file_that_stays_broken_is_taken_as_it_is(folder: Folder, shelf: Shelf) -> None:
    (folder.root / "in" / "broken.xml").write_bytes(admission()[:500])
    await folder.poll(shelf.store, shelf.aside)
    shelf.now += QUIET_S
    assert await folder.poll(shelf.store, shelf.aside) == 1
    assert shelf.stored == [("broken.xml", admission()[:500])]


async def test_what_could_not_be_stored_stays(folder: Folder, shelf: Shelf) -> None:
    (folder.root / "in" / "a.xml").write_bytes(admission())
    await folder.poll(shelf.store, shelf.aside)
    shelf.fails = True
    with pytest.raises(ConnectionError):
        await folder.poll(shelf.store, shelf.aside)
    assert names(folder, "in") == ["a.xml"]
    shelf.fails = False
    assert await folder.poll(shelf.store, shelf.aside) == 1


async def test_what_is_too_large_is_put_aside(folder: Folder, shelf: Shelf) -> None:
    with (folder.root / "in" / "large.xml").open("wb") as file:
        file.truncate(FILE_BYTES_MAX + 1)
    await folder.poll(shelf.store, shelf.aside)
    await folder.poll(shelf.store, shelf.aside)
    assert not shelf.stored and shelf.told == names(folder, "failed") == ["large.xml"]


async def test_a_receipt_is_whole_and_written_over_by_itself(folder: Folder) -> None:
    for _ in range(2):
        await folder.send("apprec-1.xml", b"<AppRec/>")
    assert names(folder, "out") == ["apprec-1.xml"]
    assert (folder.root / "out" / "apprec-1.xml").read_bytes() == b"<AppRec/>"


async def test_a_name_that_is_no_text_is_taken_all_the_same(folder: Folder, shelf: Shelf) -> None:
    path = os.fsencode(folder.root / "in") + b"/\xff.xml"
    with open(path, "wb") as file:
        file.write(admission())
    await folder.poll(shelf.store, shelf.aside)
    assert await folder.poll(shelf.store, shelf.aside) == 1
    assert [name for name, _ in shelf.stored] == ["?.xml"]


async def test_what_may_not_be_read_is_put_aside_and_the_rest_goes_on(folder: Folder, shelf: Shelf) -> None:
    closed = folder.root / "in" / "a.xml"
    closed.write_bytes(admission())
    closed.chmod(0)
    (folder.root / "in" / "b.xml").write_bytes(admission())
    if os.access(closed, os.R_OK):
        pytest.skip("root may read everything")
    await folder.poll(shelf.store, shelf.aside)
    assert await folder.poll(shelf.store, shelf.aside) == 1
    shelf.now += QUIET_S
    await folder.poll(shelf.store, shelf.aside)
    assert names(folder, "failed") == ["a.xml"] and shelf.told == ["a.xml"]
