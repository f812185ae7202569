"""Hospitals, a GP office, a neighbour municipality and the national services on loopback: `async with Town(…) as town`.

    hospital 990202, other-hospital 990502   houses/hospital_system.py
    gp 990302                                houses/gp_office.py: takes three types of care messages, sends two
    neighbour 990102                         houses/neighbour.py
    hub 990602                               houses/prescription_hub.py: one list of medicines for each citizen

All share one clock, one seed, and one address register with the municipality that is played against.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

from akson.exchange.opening import Opened
from akson_lab import counterpart
from akson_lab.counterpart import Counterpart
from akson_lab.edi_client import SCOPE, EdiClient
from akson_lab.facts import Party, Stay
from akson_lab.faults import Fault
from akson_lab.houses import gp_office, hospital_system, neighbour, prescription_hub
from akson_lab.houses.addresses import BROKER, FJELL, HAVNES, LILLEFJORD, OURS, PLACES, TORGET
from akson_lab.houses.gp_office import GpOffice
from akson_lab.houses.hospital_system import KINDS, NONE, HospitalSystem
from akson_lab.houses.house import Heard, House, NotNow
from akson_lab.houses.neighbour import Neighbour
from akson_lab.houses.prescription_hub import PrescriptionHub
from akson_lab.nhn.helseid import Client
from akson_lab.nhn.house import Nhn
from akson_lab.nhn.parties import Ability
from akson_lab.nhn.parties import Party as Registered
from akson_lab.people import resident_of, residents
from akson_lab.random_days import RandomDays
from akson_lab.referee import Referee

__all__ = ["GP_KINDS", "KINDS", "OURS", "NotNow", "Town"]

GP_KINDS = gp_office.KINDS
CLIENT = "akson"
REGISTER_SCOPE = "nhn:cp-api/access-v2-dpop"
PLAYED: TypeAlias = HospitalSystem | GpOffice | Neighbour | PrescriptionHub
STRANGERS = 3
"""Residents of Storvik beside the one who is written about, and of Lillefjord."""


class Town:
    """`jwk` is the public key of the node's client. `facts` are of the patient who is written about.

    `hurries`: what a house does in its own time, it does at once; False when the clock runs fast.
    """

    def __init__(
        self,
        jwk: Mapping[str, Any],
        facts: Stay,
        *,
        ports: tuple[int, int, int] = (0, 0, 0),
        seed: int = 0,
        patience_s: float = 30.0,
        hurries: bool = True,
        begins: datetime | None = None,
        speed: float = 1.0,
        leads: Path | None = None,
    ) -> None:
        self.nhn = Nhn(seed=seed, ports=ports, begins=begins, speed=speed, leads=leads)
        # Above what an earlier lab told, so that a node which has seen that does not wait for ever.
        self.nhn.messages.before = self.nhn.parties.before = int(time.time() * 10)
        self.seed = seed
        self._jwk, self._facts, self._patience_s, self._hurries = jwk, facts, patience_s, hurries
        self._lives: list[asyncio.Task[None]] = []
        self.houses: dict[str, Counterpart] = {}
        self.played: dict[str, PLAYED] = {}
        self.days: RandomDays | None = None

    async def __aenter__(self) -> "Town":
        await self.nhn.start()
        self.nhn.parties.put_all(_parties(), self.nhn.clock.now())
        scopes = frozenset({SCOPE, REGISTER_SCOPE})
        self.nhn.helseid.register(Client(CLIENT, self._jwk, scopes, frozenset(OURS)))
        self._people()
        referee = Referee.of_this_machine()
        for name, house in self.played.items():
            self.join(name, house, referee)
        return self

    def join(self, name: str, house: PLAYED, referee: Referee) -> Counterpart:
        """Gives a record system its post, and lets it live."""
        client = EdiClient(self.nhn.helseid_address, self.nhn.message_server_address, name)
        hers = house.hers if isinstance(house, Neighbour) else (house.her,)
        scopes = frozenset({SCOPE, REGISTER_SCOPE})
        self.nhn.helseid.register(Client(name, client.jwk, scopes, frozenset(hers)))
        post = Counterpart(
            name, house.her, frozenset(_takes(house)), client, referee, patience_s=self._patience_s,
            clock=self.nhn.clock, hers=hers,
        )  # fmt: skip

        def accepted(opened: Opened, by: int) -> None:
            heard = Heard.of(opened, by)
            if heard is not None:
                house.hears(heard, self.nhn.clock.now())

        def answered(sent: counterpart.Sent) -> None:
            house.receipt(sent.msg_id, sent.status, sent.codes, self.nhn.clock.now())

        def judged(opened: Opened, by: int) -> tuple[str, str]:
            heard = Heard.of(opened, by)
            return house.refuses(heard, self.nhn.clock.now()) if heard is not None else ("", "")

        post.accepted, post.answered, post.judged = accepted, answered, judged
        post.before_round = lambda: self._before_round(post, house)
        self.houses[name], self.played[name] = post, house
        self._lives.append(asyncio.create_task(post.live(), name=name))
        return post

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for life in self._lives:
            life.cancel()
        for life in self._lives:
            with suppress(asyncio.CancelledError):
                await life
        for house in self.houses.values():
            await house.client.close()
        await self.nhn.stop()

    @property
    def state(self) -> str:
        """Of the stay that is spoken of when none is named."""
        hospital = self.played["hospital"]
        assert isinstance(hospital, HospitalSystem)
        return hospital.stays["A"].phase if "A" in hospital.stays else NONE

    def send(self, kind: str, *, house: str = "", **how: Any) -> str:
        """Gives the MsgId. Raises NotNow, KeyError for what nobody here sends, or a house that there is not."""
        name = house or _house_of(kind)
        played = self.played[name]
        msg_id = played.send(kind, self.nhn.clock.now(), **how)
        if kind == "death" and isinstance(played, HospitalSystem):
            now = self.nhn.clock.now()
            self.nhn.persons.die(played.stays[str(how.get("stay", "A"))].person.national_id, now.date())
        self._carry(self.houses[name], played)
        return msg_id

    def fault(self, fault: Fault) -> None:
        """Raises ValueError for a house that there is not."""
        self.nhn.faults.add(fault)

    def mend(self) -> None:
        self.nhn.faults.clear()

    def begin(self, at: datetime) -> None:
        """A story begins: another day, and nobody has anything planned. Raises ValueError for the past when we lead."""
        self.nhn.clock.jump(at)
        self.nhn.messages.hasten()
        for house in self.played.values():
            house.forget_plans()
            if isinstance(house, HospitalSystem):
                house.stays.clear()

    def live(self, days: int, seed: int) -> None:
        """Random days by seed, from now on."""
        self.days = RandomDays(seed, days, self.nhn.clock.now())

    def told(self) -> dict[str, Any]:
        books = {name: house.told() for name, house in self.houses.items()}
        return {
            "now": self.nhn.clock.now().isoformat(),
            "seed": self.seed,
            "stay": self.state,
            "faults": self.nhn.faults.told(),
            "houses": books,
        }

    def shown(self, house: str) -> dict[str, Any]:
        """One house's own side. Raises KeyError."""
        return self.played[house].shown(self.nhn.clock.now())

    def _people(self) -> None:
        own = resident_of(self._facts)
        people = (own, *residents(self.seed, STRANGERS))
        far = residents(self.seed + 1, STRANGERS, city="Lillefjord")
        for person in (*people, *far):
            self.nhn.persons.put(person)
        told: dict[str, Any] = {"seed": self.seed, "hurries": self._hurries}
        behind = self.nhn.persons.behind
        self.played = {
            "hospital": HospitalSystem(
                "hospital", HAVNES, self._facts, (*people, *far), behind=behind, **told
            ),
            "other-hospital": HospitalSystem(
                "other-hospital", FJELL, self._facts, people, behind=behind, **told
            ),
            "gp": GpOffice(TORGET, self._facts, people, **told),
            "neighbour": Neighbour(LILLEFJORD, self._facts, far, **told),
            "hub": PrescriptionHub(BROKER, self._facts, (*people, *far), **told),
        }

    def _before_round(self, post: Counterpart, house: PLAYED) -> None:
        if self.days is not None and house.name == "hospital":
            self.days.live(self, self.nhn.clock.now())
        self._carry(post, house)

    def _carry(self, post: Counterpart, house: PLAYED) -> None:
        """What it has to say goes into its books; a fault of the house itself strikes here."""
        faults = self.nhn.faults
        post.asleep = faults.stands("asleep", house.her)
        post.lacks = frozenset(t for t in post.takes if faults.stands("partial-capability", house.her, t))
        for out in house.due(self.nhn.clock.now()):
            struck = faults.strikes(("cancelled-before-sent",), str(out.to), sender=house.her, type=out.type)
            post.send(
                out.msg_id,
                out.type,
                out.to,
                out.document,
                kind=out.kind,
                also=out.also,
                withheld=bool(struck),
            )


def _house_of(kind: str) -> str:
    """Who sends that, when nobody is named."""
    if kind in prescription_hub.KINDS:
        return "hub"
    return "gp" if kind in GP_KINDS and kind not in KINDS else "hospital"


_TAKES: Mapping[type[House], Mapping[str, str]] = {
    HospitalSystem: hospital_system.TAKES,
    GpOffice: gp_office.TAKES,
    Neighbour: neighbour.TAKES,
    PrescriptionHub: prescription_hub.TAKES,
}


def _takes(house: House) -> Mapping[str, str]:
    return next(takes for kind, takes in _TAKES.items() if isinstance(house, kind))


def _parties() -> list[Registered]:
    def able(takes: Mapping[str, str], sends: Mapping[str, str]) -> tuple[Ability, ...]:
        names = {*takes.items(), *sends.items()}
        return tuple(
            Ability(type, version, sends=sends.get(type) == version, receives=takes.get(type) == version)
            for type, version in sorted(names)
        )

    told = {kind.type: "1.2" if kind.type == "EPIKRISE" else "1.6" for kind in KINDS.values()}
    everything = {**told, **gp_office.SENDS, **prescription_hub.SENDS}
    hospital_can = able(hospital_system.TAKES, told)
    gp_can = able(gp_office.TAKES, gp_office.SENDS)
    own_can = able(everything, {**hospital_system.TAKES, **prescription_hub.TAKES})
    hub_can = able(prescription_hub.TAKES, prescription_hub.SENDS)
    near_can = able(neighbour.TAKES, neighbour.SENDS)
    return [
        *_registered(HAVNES, "983974778", hospital_can, service=(8668, "1")),
        *_registered(FJELL, "983975267", hospital_can, service=(8668, "1")),
        *_registered(TORGET, "999944999", gp_can, type="Person", hpr="9900003"),
        *_registered(BROKER, "999945999", hub_can),
        *_registered(LILLEFJORD, "997651001", near_can, service=(8663, "25")),
        Registered(990001, "Storvik kommune", "Organization", number="997651000"),
        *(
            Registered(her, name, "Service", 990001, service=(8663, "25"), abilities=own_can)
            for her, name in PLACES.items()
        ),
    ]


def _registered(
    house: Party, number: str, can: tuple[Ability, ...], *, type: str = "Service", **more: Any
) -> tuple[Registered, Registered]:
    """The organisation, and below it the service that has the messages."""
    above = int(house.organisation_her)
    return (
        Registered(above, house.organisation, "Organization", number=number),
        Registered(int(house.service_her), house.service, type, above, abilities=can, **more),
    )
