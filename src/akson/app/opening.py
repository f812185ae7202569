"""The opening of a demo: its people and their records. Done once for an installation; a second start finds them again."""

from collections.abc import Callable
from time import monotonic

from akson.app.cast import CAST
from akson.app.wiring import Node

TELL_EACH_S = 1.0


async def prepare_demo(node: Node, tell: Callable[[str], None]) -> None:
    """Seeds when the record is new. Raises Problem when the store cannot be written."""
    from akson.app.demo import seed

    told = monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal told
        if monotonic() - told >= TELL_EACH_S:
            told = monotonic()
            tell(f"Storvik: {done} of {of} citizens")

    tell("Storvik: looking for its citizens")
    seeded = await seed(node.record, cast=CAST, reference_date=node.clock.now().date(), progress=progress)
    if seeded.already:
        tell(f"Storvik: as it was left (told from {seeded.reference_date})")
    else:
        tell(f"Storvik: {seeded.citizens} citizens, {seeded.resources} resources")
