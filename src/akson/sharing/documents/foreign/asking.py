"""Several communities asked at once, each for itself, all within one budget; and one document got from one of them.

parts = await ask(foreign, person, vouched, network, random, budget_s=1.5)     one for each, in order
content = await get(foreign, entry, …)
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from akson.fhir.problem import Problem
from akson.sharing.documents.declared import MHD, Foreign
from akson.sharing.documents.entry import Entry, Person
from akson.sharing.documents.foreign import by_mhd, by_xca
from akson.sharing.documents.foreign.values import ForeignPart, Vouched
from akson.sharing.network import Network, NoReply
from akson.sharing.values import Outcome
from akson.world import Random

BUDGET_S = 3.0
"""Longer than for lines of data: documents are opened on purpose, and XCA takes two steps."""
UNREACHED = "Kilden kunne ikke nås."


async def ask(
    foreign: Sequence[Foreign],
    person: Person,
    vouched: Vouched,
    network: Network,
    random: Random,
    *,
    budget_s: float = BUDGET_S,
) -> tuple[ForeignPart, ...]:
    """Comes back when all have answered, at the latest after `budget_s`. Raises nothing of what communities do."""
    if not foreign:
        return ()
    tasks = [asyncio.create_task(_one(f, person, vouched, network, random)) for f in foreign]
    try:
        await asyncio.wait(tasks, timeout=budget_s)
    finally:
        for task in tasks:
            task.cancel()
    late = f"Svarte ikke innen {budget_s:.1f} s.".replace(".", ",", 1)
    found = await asyncio.gather(*tasks, return_exceptions=True)
    return tuple(
        part if isinstance(part, ForeignPart) else ForeignPart(one, Outcome.SILENT, why=late)
        for one, part in zip(foreign, found, strict=True)
    )


def about(person: Person, part: ForeignPart) -> ForeignPart:
    """Without documents that name another person than was asked about; that there were more is told."""
    hers = tuple(
        e for e in part.entries if e.person.system != person.system or e.person.number in ("", person.number)
    )
    return part if len(hers) == len(part.entries) else replace(part, entries=hers, more=True)


async def get(foreign: Foreign, entry: Entry, vouched: Vouched, network: Network, random: Random) -> bytes:
    """Raises NoReply; Problem NOT_FOUND AKS-DOC-001, and what the issuer of assertions says."""
    if foreign.how == MHD:
        return await by_mhd.get(foreign, entry, vouched, network)
    return await by_xca.get(foreign, entry, vouched, network, random)


async def _one(
    foreign: Foreign, person: Person, vouched: Vouched, network: Network, random: Random
) -> ForeignPart:
    try:
        if foreign.how == MHD:
            return about(person, await by_mhd.find(foreign, person, vouched, network))
        return about(person, await by_xca.find(foreign, person, vouched, network, random))
    except (NoReply, Problem):
        return ForeignPart(foreign, Outcome.SILENT, why=UNREACHED)
