"""Whom a message's addresses are in the record: places by HER-id, and who owns what comes to them.

All of it is looked up as the municipality's own post, and so stands in the log. What an answer means is not decided here.
Organisations are no patient data and seldom change: what was read of them is kept for KEPT_S (docs/adr/0150).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.exchange.envelope.values import Envelope, Party
from akson.exchange.inbox import actors
from akson.exchange.judgement import Addressed
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Query, Term, TokenValue
from akson.record.door import Record
from akson.record.session import RecordSession
from akson.terminology.systems import HER_ID, NORWEGIAN_IDENTIFIERS

HER_SYSTEMS = (HER_ID, "http://hl7.no/fhir/NamingSystem/HERid")
ENTERPRISE_SYSTEMS = (f"{NORWEGIAN_IDENTIFIERS}101", "http://hl7.no/fhir/NamingSystem/ENH")
"""Number in the register of enterprises."""
ROLES = "https://akson.no/fhir/CodeSystem/role"
MESSAGE_OFFICER = "message-officer"
DEPTH_MAX = 10
"""Organisations above an organisation."""
FOUND_MAX = 50
KEPT = timedelta(seconds=5)
"""How old an organisation may be when a message is judged by it: a new service is known, an old one gone, so soon."""
KEPT_MAX = 2_000
"""Organisations, and addresses that are none here."""

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """An Organization of the record, and the ones above it, nearest first."""

    tenant: int
    id: str
    name: str
    above: tuple[tuple[str, str], ...] = ()
    """(id, name)."""

    @property
    def reference(self) -> Resource:
        return reference(f"Organization/{self.id}", self.name)

    @property
    def root(self) -> Resource:
        id, name = self.above[-1] if self.above else (self.id, self.name)
        return reference(f"Organization/{id}", name)

    def within(self, id: str) -> bool:
        return id == self.id or any(id == other for other, _ in self.above)


def reference(target: str, display: str = "") -> Resource:
    return {"reference": target, "display": display} if display else {"reference": target}


def identifier_query(type: str, systems: Sequence[str], *values: str, count: int = FOUND_MAX) -> Query:
    tokens = tuple(TokenValue(system, value) for value in values for system in systems)
    return Query(type, terms=(Term("identifier", "token", None, tokens),), count=count)


@dataclass(slots=True)
class _Kept:
    """What was read of organisations since `since`; None is one that is not here."""

    since: datetime
    organisations: dict[tuple[int, str], Resource | None] = field(default_factory=dict)


class Directory:
    """`elsewhere`: HER-ids of houses that each tenant knows, and that are not its own. `own`: those that are, where told."""

    def __init__(
        self,
        record: Record,
        tenants: Sequence[int],
        elsewhere: Mapping[int, frozenset[str]],
        own: Mapping[int, frozenset[str]] | None = None,
        *,
        kept: _Kept | None = None,
    ) -> None:
        self._record = record
        self.tenants = tuple(tenants)
        self._elsewhere = elsewhere
        self._own_houses = own or {}
        self._kept = kept or _Kept(record.clock.now())
        self._known = self._kept.organisations

    def afresh(self) -> "Directory":
        """For one message: no organisation changes while it is worked, and none of them is older than KEPT."""
        now = self._record.clock.now()
        if now - self._kept.since >= KEPT or len(self._known) >= KEPT_MAX:
            self._kept = _Kept(now)
            self._known = self._kept.organisations
        return Directory(self._record, self.tenants, self._elsewhere, self._own_houses, kept=self._kept)

    def session(self, tenant: int) -> RecordSession:
        return self._record.open(actors.post(tenant), PurposeOfUse.CARE_COORDINATION)

    async def find(self, tenant: int, query: Query) -> list[Resource]:
        found = await self.session(tenant).search(query, together=True)
        return [json.parse(v.body) for v in found.matches if v.body is not None]

    async def read(self, tenant: int, target: str) -> Resource | None:
        """What `Type/id` points at, or None when it is not there."""
        type, _, id = target.partition("/")
        try:
            version = await self.session(tenant).read(type, id)
        except Problem as problem:
            if problem.kind in (ProblemKind.NOT_FOUND, ProblemKind.GONE):
                return None
            raise
        return json.parse(version.body) if version.body is not None else None

    async def organisation(self, tenant: int, target: str) -> Resource | None:
        """`Organization/id`, read once."""
        if not target.startswith("Organization/"):
            return None
        if (tenant, target) not in self._known:
            self._known[tenant, target] = await self.read(tenant, target)
        return self._known[tenant, target]

    async def addressed(self, envelope: Envelope) -> list[Addressed[Place]]:
        """Each receiver, with the place that it is here. The sender's own house is never ours."""
        theirs = frozenset(h for h in (envelope.sender.organisation_her, envelope.sender.her) if h)
        return [Addressed(r, *(await self._ours(r.party, theirs))) for r in envelope.receivers]

    async def _ours(self, party: Party, theirs: frozenset[str]) -> tuple[Place | None, bool, Place | None]:
        for tenant in self.tenants:
            # Old messages name a house by its number in the register of enterprises alone.
            place = await self._own(tenant, party.her or party.key, theirs)
            house = place or await self._own(tenant, party.organisation_her, theirs)
            if house is not None:
                return place, True, house
        return None, False, None

    async def _own(self, tenant: int, her: str, theirs: frozenset[str]) -> Place | None:
        place = await self.place(tenant, her)
        if place is None:
            return None
        if (own := self._own_houses.get(tenant)) is not None:
            return place if await self._hers(tenant, place) & own else None
        not_ours = self._elsewhere.get(tenant, frozenset()) | theirs
        standing = await self._hers(tenant, place)
        return None if standing & not_ours else place

    async def owner(self, her: str) -> int | None:
        """The tenant whose own house or service has this HER-id, or `ENH:` and number; None when it is nobody's here."""
        for tenant in self.tenants:
            if await self._own(tenant, her, frozenset()) is not None:
                return tenant
        return None

    async def _hers(self, tenant: int, place: Place) -> set[str]:
        """HER-ids of the place and of all above it."""
        found: set[str] = set()
        for id in (place.id, *(id for id, _ in place.above)):
            found.update(_her_ids(await self.organisation(tenant, f"Organization/{id}") or {}))
        return found

    async def her_of(self, tenant: int, id: str) -> str:
        """HER-id of `Organization/id`; "" when it has none."""
        told = _her_ids(await self.organisation(tenant, f"Organization/{id}") or {})
        return next((value for value in sorted(told) if not value.startswith("ENH:")), "")

    async def place(self, tenant: int, her: str) -> Place | None:
        """The Organization with this HER-id, or `ENH:` and its number; the first by id when the record has several."""
        kind, _, digits = her.rpartition(":")
        systems = {"": HER_SYSTEMS, "ENH": ENTERPRISE_SYSTEMS}.get(kind, ())
        if not digits.isdecimal() or not systems:
            return None
        named = (tenant, f"HER|{her}")
        if named not in self._known:
            found = await self.find(tenant, identifier_query("Organization", systems, digits))
            standing = sorted((o for o in found if o.get("active", True)), key=lambda o: str(o["id"]))
            self._known[named] = standing[0] if standing else None
            self._known.update({(tenant, f"Organization/{o['id']}"): o for o in found})
        organisation = self._known[named]
        return await self._place(tenant, organisation) if organisation else None

    async def place_of(self, tenant: int, target: str) -> Place | None:
        """The place that `Organization/id` is."""
        organisation = await self.organisation(tenant, target)
        return await self._place(tenant, organisation) if organisation else None

    async def _place(self, tenant: int, organisation: Resource) -> Place:
        above: list[tuple[str, str]] = []
        current: Resource | None = organisation
        for _ in range(DEPTH_MAX):
            target = str((current or {}).get("partOf", {}).get("reference", ""))
            current = await self.organisation(tenant, target)
            if current is None:
                break
            above.append((str(current["id"]), str(current.get("name", ""))))
        return Place(tenant, str(organisation["id"]), str(organisation.get("name", "")), tuple(above))

    async def officer(self, tenant: int, place: Place | None) -> Resource:
        """Whose the messages are that nobody else can own: the one message officer, else the house itself."""
        role = Term("role", "token", None, (TokenValue(ROLES, MESSAGE_OFFICER),))
        roles = await self.find(tenant, Query("PractitionerRole", terms=(role,), count=FOUND_MAX))
        near = [
            r
            for r in roles
            if r.get("active", True)
            and "practitioner" in r
            and (place is None or place.within(_id(r.get("organization"))))
        ]
        if len(near) == 1:
            return dict(near[0]["practitioner"])
        return place.root if place else {"display": "Meldingsansvarlig"}


def _id(value: Any) -> str:
    return str((value or {}).get("reference", "")).rpartition("/")[2]


def _her_ids(organisation: Resource) -> set[str]:
    identifiers = organisation.get("identifier", ())
    told = [(i.get("system"), str(i["value"])) for i in identifiers if "value" in i]
    return {value for system, value in told if system in HER_SYSTEMS} | {
        f"ENH:{value}" for system, value in told if system in ENTERPRISE_SYSTEMS
    }
