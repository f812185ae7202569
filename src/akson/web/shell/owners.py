"""Who has an item, in words. Everything has an owner; «Uten eier» on a screen is a fault that must be seen."""

from collections.abc import Mapping

from akson.access.actor import Actor
from akson.care.fhir_json import Resource
from akson.care.worklist.inbox import InboxItem

NOBODY = "Uten eier"
YOU = "Deg"


def _name(owner: Resource) -> str:
    """An Organization has one name; a person has a list of them."""
    name = owner.get("name")
    if isinstance(name, str):
        return name
    first = next(iter(name or []), {})
    return str(first.get("text") or " ".join([*first.get("given", []), first.get("family") or ""]).strip())


def owner_words(item: InboxItem, near: Mapping[str, Resource], reader: Actor) -> str:
    """`Deg`, `Siri Dahl`, `Hjemmetjenesten Øst`. `near` maps references to resources read together with the item."""
    if item.owner == reader.reference:
        return YOU
    found = item.owner_name or _name(near.get(item.owner, {}))
    own_unit = reader.organisations[:1] == (item.owner,)
    return found or (reader.unit_name if own_unit else NOBODY)
