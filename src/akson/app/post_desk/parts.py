"""What the desk is built of, and the names it puts to numbers. Read through the officer's own session, as everything is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from akson.exchange.inbox.assigning import Assigning
from akson.exchange.inbox.directory import HER_SYSTEMS, Directory, identifier_query
from akson.exchange.inbox.officer import INBOX_ITEM
from akson.exchange.messages import BY_CODE
from akson.exchange.outbox.outbox import Outbox
from akson.fhir.codec import json
from akson.fhir.search.query import Include, Query, Term, TokenValue
from akson.record.session import RecordSession
from akson.store.ledger import LedgerStore
from akson.store.outbox import OutboxStore
from akson.store.outbox_rows import OutboxRow
from akson.store.post import InboxItem, PostStore
from akson.store.post_desk import PostDeskStore
from akson.store.whose import Whose
from akson.web.shell.post_desk import Partner
from akson.world import Clock, Random

Resource = dict[str, Any]
IDS_EACH = 100
"""Identifiers of one search."""
OPEN = ("requested", "received", "accepted", "ready", "in-progress", "on-hold")
OTHER_TYPES = {
    "": "Ukjent type",
    "EPIKRISE": "Epikrise",
    "SVAR_LAB": "Svar på laboratorieprøve",
    "APPREC": "Applikasjonskvittering",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Of one tenant: `of(session)` gives the desk of the officer who asks. Another tenant's message is none here."""

    tenant: int
    rows: PostDeskStore
    sent: OutboxStore
    came: PostStore
    books: LedgerStore
    outbox: Outbox
    assigning: Assigning
    directory: Directory
    keys: Path
    """Folder of our own certificates, one folder below it for each organisation."""
    clock: Clock
    random: Random

    @property
    def data(self) -> Path:
        """The data folder, which the post worker writes its files in."""
        return self.keys.parent.parent

    def of(self, session: RecordSession) -> "Parts":
        hers = replace(self, tenant=session.actor.tenant)
        return replace(hers, books=self.books.of(hers.whose))

    @property
    def whose(self) -> Whose:
        return Whose(self.tenant, self.tenant == self.directory.tenants[0])

    def hers(self, tenant: int | None) -> bool:
        return tenant == self.tenant or (tenant is None and self.whose.nobodys)

    async def row(self, id: int) -> OutboxRow | None:
        found = await self.sent.get(id)
        return found if found is not None and self.hers(found.tenant) else None

    async def item(self, id: int) -> InboxItem | None:
        found = await self.came.get(id)
        return found if found is not None and self.hers(found.tenant) else None


def type_words(code: str) -> str:
    known = BY_CODE.get(code)
    return known.words if known is not None else OTHER_TYPES.get(code, code)


async def partners(session: RecordSession, hers: Iterable[str]) -> dict[str, Partner]:
    """HER-id to whom the record knows by it: a service is named after the house it is in."""
    wanted = sorted({her for her in hers if her.isdecimal()})
    each = IDS_EACH // len(HER_SYSTEMS)
    names: dict[str, str] = {}
    for start in range(0, len(wanted), each):
        query = identifier_query("Organization", HER_SYSTEMS, *wanted[start : start + each], count=IDS_EACH)
        found = await session.search(replace(query, includes=(Include("Organization", "partof"),)))
        houses = {
            f"Organization/{v.id}": json.parse(v.body or b"{}") for v in (*found.matches, *found.included)
        }
        for organisation in (houses[f"Organization/{v.id}"] for v in found.matches):
            name = _placed(organisation, houses)
            names |= {her: name for her in _hers(organisation) if her not in names}
    return {her: Partner(her, names.get(her, "")) for her in hers}


def _placed(organisation: Resource, houses: Mapping[str, Resource]) -> str:
    """`Havnes sykehus HF, PLO innleggelse somatikk`."""
    above = houses.get(str(organisation.get("partOf", {}).get("reference", "")), {})
    return ", ".join(str(one["name"]) for one in (above, organisation) if one.get("name"))


def _hers(organisation: Resource) -> list[str]:
    return [
        str(i["value"])
        for i in organisation.get("identifier", ())
        if i.get("system") in HER_SYSTEMS and "value" in i
    ]


async def tasks(session: RecordSession, ids: Iterable[str]) -> dict[str, Resource]:
    """Items by id, those that the officer may see: items that belong to no patient."""
    wanted, found = sorted({id for id in ids if id}), dict[str, Resource]()
    for start in range(0, len(wanted), IDS_EACH):
        some = tuple(TokenValue(None, id) for id in wanted[start : start + IDS_EACH])
        page = await session.search(Query("Task", (Term("_id", "id", None, some),), count=IDS_EACH))
        found |= {version.id: json.parse(version.body or b"{}") for version in page.matches}
    return found


async def item_of(session: RecordSession, inbox: int) -> Resource | None:
    """The item that tells of an original which reached nobody."""
    page = await session.search(identifier_query("Task", (INBOX_ITEM,), str(inbox), count=1))
    return json.parse(page.matches[0].body or b"{}") if page.matches else None


def owner_words(task: Resource | None) -> str:
    """Whose it is: `` when there is no item."""
    owner = (task or {}).get("owner", {})
    return str(owner.get("display") or owner.get("reference", "").rpartition("/")[2])


def owner_of(row: OutboxRow, known: Mapping[str, Resource]) -> str:
    return owner_words(known.get(row.sending.item))
