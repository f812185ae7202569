"""The opening of a demo: its people and their records, and the message that begins its story in the post.

Done once for an installation; a second start finds them again.
"""

import asyncio
from collections.abc import Callable
from time import monotonic

from akson.app.cast import CAST
from akson.app.wiring import Node

TELL_EACH_S = 1.0
ADMISSION = "innlagt-astrid.xml"


async def prepare_demo(node: Node, tell: Callable[[str], None]) -> None:
    """Seeds when the record is new. Raises Problem when the store cannot be written."""
    from akson.app.demo import seed
    from akson.app.sent_before import send_before

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
    if await _post_is_untouched(node):
        await asyncio.to_thread(_drop_admission, node)
        tell("Havnes sykehus: a message is in the post")
        letters = await send_before(node)
        tell(f"Storvik: {letters} letters on their way to its neighbours")


async def _post_is_untouched(node: Node) -> bool:
    """Nothing has come in yet: also after a first start that broke between the people and their message."""
    waiting = node.settings.data / "post" / "in" / ADMISSION
    return not await node.post.counts() and not await asyncio.to_thread(waiting.exists)


def _drop_admission(node: Node) -> None:
    from akson.app.demo import astrid_admission_arguments
    from akson.app.post import folder
    from akson.exchange.transport.folder import write_whole
    from akson_lab.facts import Shipment
    from akson_lab.hospital import admission_message

    facts = astrid_admission_arguments(node.clock.now())
    message = admission_message(facts, Shipment(str(node.random.uuid())))
    write_whole(folder(node.settings).root / "in", ADMISSION, message)
