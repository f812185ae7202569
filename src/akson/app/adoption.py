"""Who the demo's HER-ids are, to the count: services are counted as the organisation they are part of."""

from akson.app.cast import HOUSES, ORGANISATIONS
from akson.store.adoption import AdoptionStore, Party

COUNTY = "Storfjorden"
KINDS = {
    "storvik": "municipality",
    "lillefjord": "municipality",
    "havnes": "hospital",
    "torget-legesenter": "gp",
}


async def name_stage(store: AdoptionStore) -> None:
    """The same as before changes nothing."""
    parties = []
    for id, (_, her, _, _) in ORGANISATIONS.items():
        root = _root(id)
        name, root_her, _, _ = ORGANISATIONS[root]
        parties.append(Party(her, name, KINDS.get(root, "other"), COUNTY, root_her))
    await store.name_parties(parties)
    for tenant, id in HOUSES.items():
        await store.name_house(tenant, ORGANISATIONS[id][1])


def _root(id: str) -> str:
    above = ORGANISATIONS[id][2]
    return _root(above) if above else id
