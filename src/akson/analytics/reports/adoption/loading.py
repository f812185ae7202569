"""Puts the synthetic traffic into a database of its own. Never into one that has counted a post: refused
when it has. All of it is put in, or none: one that was broken off is begun again."""

from collections.abc import Callable

from akson.analytics.reports.adoption.traffic import MONTHS, messages, towns
from akson.fhir.problem import Problem, ProblemKind
from akson.store.adoption import AdoptionStore


async def generate(
    store: AdoptionStore, *, seed: int, times: float = 1.0, progress: Callable[[int, int], None] | None = None
) -> int:
    """Gives how many rows. `times`: so many times the messages. Raises Problem CONFLICT AKS-ANALYTICS-001."""
    country, total = towns(seed), 0
    parties = {p.her: p for town in country for p in (town.party, town.gp, town.hospital)}.values()
    try:
        async with store.loading(parties) as take:
            for done, rows in enumerate(messages(seed, country, times), 1):
                await take(rows)
                total += len(rows)
                if progress:
                    progress(done, MONTHS)
    except LookupError:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-ANALYTICS-001",
            "There are messages here already.",
            why="Synthetic traffic is never mixed with what is counted.",
            now="Choose a data folder of its own: akson adoption generate --data DIR.",
        ) from None
    return total
