"""Which houses are whose: `[[house]]` of `post.toml`, and what a node without it takes for its own (docs/adr/0177).

    [[house]]
    her_id = "990001"        # the municipality itself; its services stand below it in the record
    tenant = 1

The first house's tenant sees to what belongs to nobody. Without a house the node is one municipality's, and its own are the
HER-ids that its ways carry for; without those every address of its record but the sender's.
"""

from collections.abc import Iterable
from pathlib import Path

from akson.app.posting import declared
from akson.app.posting.declared import Declared, House
from akson.exchange.inbox.directory import Directory
from akson.fhir.problem import Problem
from akson.record.door import Record

FIRST_TENANT = 1
"""Of a node that says nothing of houses."""


def directory(record: Record, told: Declared) -> Directory:
    own: dict[int, frozenset[str]] = {}
    for house in told.houses:
        own[house.tenant] = own.get(house.tenant, frozenset()) | {house.her_id}
    if not own and told.carried:
        own = {FIRST_TENANT: told.carried}
    return Directory(record, tuple(own) or (FIRST_TENANT,), {}, own)


def told_here(data: Path) -> Declared:
    """What stands in the file; nothing of it when it is faulty: that the post worker and `akson post show` tell, and screens
    go on."""
    try:
        return declared.load(data)
    except Problem:
        return Declared()


def written(houses: Iterable[House]) -> str:
    """As they stand in the file."""
    return "".join(f'\n[[house]]\nher_id = "{house.her_id}"\ntenant = {house.tenant}\n' for house in houses)
