"""Who opens the record when a message comes in: its sender to add what it says, the post itself to look and to tidy."""

from akson.access.actor import Actor, ActorKind
from akson.exchange.envelope.values import Party

NAME_MAX = 200


def sender(party: Party, tenant: int) -> Actor:
    """The enterprise that sent it, by its most exact address: what it may add is `access`'s to say."""
    return Actor(
        kind=ActorKind.ORGANISATION,
        id=party.key,
        name=party.words[:NAME_MAX] or party.key,
        tenant=tenant,
        unit_name=(party.unit.name if party.unit else party.name)[:NAME_MAX],
    )


def post(tenant: int) -> Actor:
    """The municipality's own post: looks up receivers and patients, and ends what a message ends."""
    return Actor(kind=ActorKind.SYSTEM, id="post", name="Meldingsmottaket", tenant=tenant)
