"""The person register over HTTP, in the shape of Folkeregisteret's API: a person, a search that gives one, a feed of events.

    GET /folkeregisteret/api/offentligmedhjemmel/v1/personer/12854200281
    GET /folkeregisteret/api/offentligmedhjemmel/v1/personer/entydigsoek?fornavn=Astrid&etternavn=Bakken&foedselsdato=…
    GET /folkeregisteret/api/offentligmedhjemmel/v1/hendelser/feed?seq=1

Our reading of https://skatteetaten.github.io/folkeregisteret-api-dokumentasjon/ : the parts that a lookup by a record system
uses. Maskinporten is not played: whoever reaches this address may ask, and it is on loopback alone.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from aiohttp import web

from akson_lab.clock import LabClock
from akson_lab.people import Resident

ROOT = "/folkeregisteret/api/offentligmedhjemmel/v1"
FEED_MAX = 1000


@dataclass(slots=True)
class PersonRegister:
    clock: LabClock
    people: dict[str, Resident] = field(default_factory=dict)
    events: list[tuple[str, str, datetime]] = field(default_factory=list)
    """(national id, kind, when)."""

    def put(self, person: Resident) -> None:
        kind = "endringINavn" if person.national_id in self.people else "personErFoedt"
        self.people[person.national_id] = person
        self.events.append((person.national_id, kind, self.clock.now()))

    def die(self, national_id: str, on: date) -> None:
        if national_id in self.people:
            self.people[national_id] = self.people[national_id].dead(on)
            self.events.append((national_id, "personErDoed", self.clock.now()))

    def behind(self, help_number: str) -> Resident | None:
        """Whose that help number was."""
        return next((p for p in self.people.values() if p.help_number == help_number), None)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{ROOT}/personer/entydigsoek", self._search),
            web.get(rf"{ROOT}/personer/{{number:\d{{11}}}}", self._person),
            web.get(f"{ROOT}/hendelser/feed", self._feed),
        ]

    async def _person(self, request: web.Request) -> web.Response:
        found = self.people.get(request.match_info["number"])
        return web.json_response(_told(found)) if found else _none()

    async def _search(self, request: web.Request) -> web.Response:
        """One, or 404 when none or several fit: it never guesses."""
        asked = request.query
        found = [
            p
            for p in self.people.values()
            if p.family.casefold() == asked.get("etternavn", "").casefold()
            and p.given.casefold() == asked.get("fornavn", p.given).casefold()
            and f"{p.born:%Y%m%d}" == asked.get("foedselsdato", f"{p.born:%Y%m%d}")
        ]
        return web.json_response(_told(found[0])) if len(found) == 1 else _none()

    async def _feed(self, request: web.Request) -> web.Response:
        asked = request.query.get("seq", "1")
        first = max(1, int(asked)) if asked.isdecimal() else 1
        listed = [
            {
                "sekvensnummer": n,
                "hendelse": {
                    "folkeregisteridentifikator": [number],
                    "hendelsetype": kind,
                    "ajourholdstidspunkt": at.isoformat(),
                },
            }
            for n, (number, kind, at) in enumerate(self.events, 1)
            if n >= first
        ]  # fmt: skip
        return web.json_response(listed[:FEED_MAX])


def _told(person: Resident) -> dict[str, Any]:
    street, _, number = person.street.rpartition(" ")
    told: dict[str, Any] = {
        "identifikasjonsnummer": [
            {
                "status": "iBruk",
                "foedselsEllerDNummer": person.national_id,
                "identifikatortype": "foedselsnummer",
                "erGjeldende": True,
            }
        ],
        "status": [{"status": "doed" if person.died else "bosatt", "erGjeldende": True}],
        "kjoenn": [{"kjoenn": "kvinne" if person.female else "mann", "erGjeldende": True}],
        "foedsel": [{"foedselsdato": person.born.isoformat(), "foedselsaar": str(person.born.year), "erGjeldende": True}],
        "navn": [{"fornavn": person.given, "etternavn": person.family, "erGjeldende": True}],
        "bostedsadresse": [
            {
                "vegadresse": {
                    "adressenavn": street or person.street,
                    "adressenummer": {"husnummer": number if street else ""},
                    "poststed": {"poststedsnavn": person.city, "postnummer": person.postal_code},
                },
                "erGjeldende": True,
            }
        ],
    }  # fmt: skip
    if person.died:
        told["doedsfall"] = [{"doedsdato": person.died.isoformat(), "erGjeldende": True}]
    return told


def _none() -> web.Response:
    return web.json_response({"kode": "FR-0404", "melding": "Ingen treff"}, status=404)
