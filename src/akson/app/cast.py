"""The cast: fixed, synthetic people, the same in tests, docs and demo. One of them is refused in every flow test.

Logins are the ids. `akson token ida` makes a bearer token for one of them on any node without another issuer.
"""

from dataclasses import replace

from akson.access.actor import Actor, ActorKind

STORVIK = 1
LILLEFJORD = 2

# Organization ids and HER-ids (fictional) of the stage. Everyone who seeds, sends or receives reads them here.
ORGANISATIONS: dict[str, tuple[str, str, str | None, int]] = {
    # id: (name, HER-id, part of, tenant)
    "storvik": ("Storvik kommune", "990001", None, STORVIK),
    "storvik-sykepleietjeneste": ("Sykepleietjeneste", "990002", "storvik", STORVIK),
    "storvik-saksbehandling": ("Saksbehandling", "990003", "storvik", STORVIK),
    "storvik-legetjeneste": ("Legetjeneste", "990004", "storvik", STORVIK),
    "hjemmetjenesten-ost": ("Hjemmetjenesten Øst", "990005", "storvik-sykepleietjeneste", STORVIK),
    "hjemmetjenesten-vest": ("Hjemmetjenesten Vest", "990006", "storvik-sykepleietjeneste", STORVIK),
    "storvik-sykehjem": ("Storvik sykehjem", "990007", "storvik-sykepleietjeneste", STORVIK),
    "storvik-legevakt": ("Storvik legevakt", "990008", "storvik-legetjeneste", STORVIK),
    "havnes": ("Havnes sykehus HF", "990201", None, STORVIK),
    "havnes-medisin": ("PLO innleggelse somatikk", "990202", "havnes", STORVIK),
    "torget-legesenter": ("Torget legesenter", "990301", None, STORVIK),
    "torget-lund": ("Fastlege Grete Lund", "990302", "torget-legesenter", STORVIK),
    "storvik-apotek": ("Storvik apotek", "990401", None, STORVIK),
    "lillefjord": ("Lillefjord kommune", "990101", None, LILLEFJORD),
    "lillefjord-sykepleietjeneste": ("Sykepleietjeneste", "990102", "lillefjord", LILLEFJORD),
}

HOUSES = {STORVIK: "storvik", LILLEFJORD: "lillefjord"}
"""Tenant -> the organisation that is its own, as the demo's post.toml says; every other house is somebody to write to."""


def _staff(id: str, name: str, role: str, unit: str, hpr: str, *above: str) -> Actor:
    return Actor(
        kind=ActorKind.PRACTITIONER,
        id=id,
        name=name,
        tenant=STORVIK,
        role=role,
        hpr=hpr,
        reference=f"Practitioner/{id}",
        organisations=tuple(f"Organization/{o}" for o in (unit, *above)),
        unit_name=ORGANISATIONS[unit][0],
    )


CAST: dict[str, Actor] = {
    actor.id: actor
    for actor in (
        # Ida has a care relation to Astrid (her unit holds the service decision); Omar has none.
        _staff("ida", "Ida Nilsen", "nurse", "hjemmetjenesten-ost", "9900001"),
        _staff("omar", "Omar Haddad", "nurse", "hjemmetjenesten-vest", "9900002"),
        _staff("grete", "Grete Lund", "gp", "torget-legesenter", "9900003"),
        _staff("kari", "Kari Moen", "caseworker", "storvik-saksbehandling", ""),
        # Who give access to others, and none to themselves: Lise and Eva assign, Rolf registers (docs/adr/0102).
        _staff("lise", "Lise Holm", "leader", "hjemmetjenesten-ost", "9900006"),
        _staff("eva", "Eva Sunde", "coordinator", "storvik-saksbehandling", ""),
        _staff("rolf", "Rolf Aune", "record-officer", "storvik-saksbehandling", ""),
        _staff("mats", "Mats Eide", "message-officer", "storvik", ""),
        _staff("nadia", "Nadia Berg", "doctor", "storvik-legevakt", "9900004"),
        _staff("per", "Per Aas", "privacy-officer", "storvik", ""),
        # Siri is a patient here too: she opens her own record as a citizen, never as a nurse.
        replace(
            _staff("siri", "Siri Dahl", "nurse", "hjemmetjenesten-ost", "9900005"),
            own_patient="Patient/siri-dahl",
        ),
        _staff("arne", "Arne Vik", "administrator", "storvik", ""),
        # Has a relation to one patient only (a CareTeam naming her); her unit holds no service decisions.
        _staff("probe-nurse", "Prøve Sykepleier", "nurse", "storvik-legevakt", "9900099"),
        Actor(
            kind=ActorKind.CITIZEN,
            id="astrid",
            name="Astrid Bakken",
            tenant=STORVIK,
            reference="Patient/astrid",
        ),
        Actor(
            kind=ActorKind.PROXY,
            id="marit",
            name="Marit Bakken",
            tenant=STORVIK,
            reference="RelatedPerson/marit",
            on_behalf_of=("Patient/astrid",),
        ),
        Actor(
            kind=ActorKind.PROXY,
            id="hanne",
            name="Hanne Strand",
            tenant=STORVIK,
            reference="RelatedPerson/emil-mor",
            on_behalf_of=("Patient/emil",),
        ),
        Actor(kind=ActorKind.SYSTEM, id="system", name="Systemtjeneste", tenant=STORVIK),
    )
}
