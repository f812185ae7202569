"""The opening of a demo: its people and their records, the message that begins its story in the post, and other post.

Done once for an installation; a second start finds them again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import msgspec

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.lab_time import LAB
from akson.app.wiring import Node
from akson.fhir.problem import Problem, ProblemKind
from akson.record.session import RecordSession

TELL_EACH_S = 1.0
ADMISSION = "innlagt-astrid.xml"


async def prepare_demo(node: Node, tell: Callable[[str], None]) -> None:
    """Seeds when the record is new. Raises Problem when the store cannot be written."""
    from akson.app import demo_houses
    from akson.app.adoption import name_stage
    from akson.app.demo import seed
    from akson.app.sent_before import send_before

    if node.wrap is not None:
        await staff_of_demo(node)
        tell(f"{node.wrap.product} {node.wrap.version}: read-only, from {node.wrap.taken}")
        return
    told = monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal told
        if monotonic() - told >= TELL_EACH_S:
            told = monotonic()
            tell(f"Storvik: {done} of {of} citizens")

    await asyncio.to_thread(demo_houses.declare, node.settings.data)
    await name_stage(node.adoption)
    tell("Storvik: looking for its citizens")
    seeded = await seed(node.record, cast=CAST, reference_date=node.clock.now().date(), progress=progress)
    if seeded.already:
        tell(f"Storvik: as it was left (told from {seeded.reference_date})")
    else:
        tell(f"Storvik: {seeded.citizens} citizens, {seeded.resources} resources")
    # Where a lab leads the time, what comes by post is the lab's to send.
    if node.settings.clock != LAB and await _post_is_untouched(node):
        await asyncio.to_thread(_drop_admission, node)
        await _drop_letters(node)
        tell("Havnes sykehus: messages are in the post")
        letters = await send_before(node)
        tell(f"Storvik: {letters} letters on their way to its neighbours")


async def staff_of_demo(node: Node) -> None:
    """Before a wrap only those who log in come from the demo; whom they read of comes from the product."""
    from akson.app.demo.stage import stage
    from akson.record.values import Change

    session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS, ground="demo")
    staff = [one for one in stage() if not await _stands(session, one["resourceType"], one["id"])]
    if staff:
        await session.commit(
            [Change("PUT", one["resourceType"], id=one["id"], resource=one) for one in staff]
        )


async def _stands(session: RecordSession, type: str, id: str) -> bool:
    try:
        await session.read(type, id)
    except Problem as problem:
        if problem.kind not in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
            raise
        return False
    return True


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


async def _drop_letters(node: Node) -> None:
    """One of each kind that a reader should see, about Bjarne; in the order they were written."""
    from akson.app.demo.letters import PATIENT, bjarne_arguments
    from akson.app.post import folder
    from akson.exchange.transport.folder import write_whole
    from akson_lab import letters
    from akson_lab.facts import Shipment

    session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    patient = msgspec.json.decode((await session.read("Patient", PATIENT)).body or b"{}")
    facts = bjarne_arguments(patient, node.clock.now())
    later = replace(facts, sent_at=facts.sent_at + timedelta(hours=2))
    first, second, *others = (str(node.random.uuid()) for _ in range(6))
    post = {
        "tidlig-1.xml": letters.early_notice(facts, Shipment(first), stays_days=4),
        "tidlig-2.xml": letters.early_notice(later, Shipment(second, "M", first), stays_days=2, changed=True),
        "epikrise.xml": letters.discharge_letter(facts, others[0]),
        "svar-1.xml": letters.chemistry(facts, others[1], 0),
        "svar-2.xml": letters.chemistry(facts, others[2], 1),
        "svar-3.xml": letters.microbiology(facts, others[3]),
    }
    for name, content in post.items():
        await asyncio.to_thread(write_whole, folder(node.settings).root / "in", name, content)
