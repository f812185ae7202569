"""The demo's two municipalities in its `post.toml`: written when it opens, unless a person has written the file."""

from pathlib import Path

from akson.app import cast
from akson.app.posting import houses
from akson.app.posting.declared import FILE_NAME, House
from akson.exchange.transport.folder import write_whole

MARK = "# Written by the demo; a lab may write it anew."
LAB_MARK = "# Written by akson lab up; another lab may write it anew."
MARKS = (MARK, LAB_MARK)
"""How a file begins that no person wrote."""
HOUSES = tuple(House(cast.ORGANISATIONS[id][1], tenant) for tenant, id in cast.HOUSES.items())


def declare(data: Path) -> None:
    """Nothing when the file names houses, or a person wrote it."""
    path = data / FILE_NAME
    standing = path.read_text("utf-8") if path.exists() else f"{MARK}\n"
    if "[[house]]" not in standing and standing.startswith(MARKS):
        write_whole(data, FILE_NAME, f"{standing.rstrip()}\n{houses.written(HOUSES)}".encode())
