"""What a plan makes, as changes of the record; what of it stands already from a try before."""

from collections.abc import Iterable

from akson.exchange.inbox.directory import Directory
from akson.exchange.inbox.planning import Made
from akson.record.values import Change


def additions(made: Iterable[Made]) -> list[Change]:
    return [Change("POST", str(m.resource["resourceType"]), resource=m.resource, given_id=m.id) for m in made]


async def missing(directory: Directory, tenant: int, made: Iterable[Made]) -> tuple[Made, ...]:
    """Those that are not there yet."""
    return tuple([m for m in made if await directory.read(tenant, m.reference) is None])
