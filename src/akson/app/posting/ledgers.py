"""Books compared with partners who run Akson, and whether their nodes are heard at all: asked now and then, kept in a file.

    <data>/post/ledgers.json
    {"990102": {"name": "Lillefjord kommune", "began": "…", "heard": "2026-11-27T03:50:00+00:00", "compared": "…",
     "ours": ["990002"], "since": "2026-11-20", "why": "", "out": {"lost_on_the_way": ["8f01…"]}, "into": {}}}

Each question is a heartbeat: a partner who does not answer is known within `silent_after_minutes`, also when there is
nothing to send (docs/adr/0157, 0158). Ids and times alone.
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.app.posting.declared import Books, Declared
from akson.exchange.ledger.fetching import fetch
from akson.exchange.ledger.peers import Found, Peer, compared
from akson.exchange.ledger.statement import Statement
from akson.exchange.times import NORWAY
from akson.exchange.transport.contract import Unreachable
from akson.exchange.transport.folder import write_whole
from akson.fhir.problem import Problem
from akson.store.ledger import LedgerStore
from akson.world import Clock, Random

NAME = "ledgers.json"
ITEMS_MAX = 200
"""Differences of one partner with an item each; the rest is told in one."""
OUT = {
    "lost_there": "{him} har bekreftet melding {id}, og har den ikke lenger. Send den på nytt.",
    "lost_on_the_way": "Melding {id} er sendt til {him}, og er ikke kommet dit. Send den på nytt, eller ring.",
    "answer_lost": "{him} har melding {id}, og kvitteringen er ikke kommet hit. Send på nytt, så kvitteres den igjen.",
    "never_sent": "{him} har melding {id} i vårt navn, og den står ikke i boka her. Finn ut hvem som sendte den.",
    "contradicting": "{him} og vi er uenige om melding {id} er tatt imot eller avvist. Ring.",
}
INTO = {
    "lost_there": "Vi har bekreftet melding {id} fra {him}, og har den ikke her. Be dem sende den på nytt.",
    "lost_on_the_way": "{him} har sendt melding {id}, og den er ikke kommet hit. Be dem sende den på nytt.",
    "answer_lost": "Melding {id} fra {him} er her, og kvitteringen vår er ikke kommet til dem.",
    "never_sent": "Melding {id} er her i navnet til {him}, og de har ikke sendt den. Finn ut hvem som sendte den.",
    "contradicting": "{him} og vi er uenige om melding {id} er tatt imot eller avvist. Ring.",
}


def peers(declared: Declared) -> tuple[Peer, ...]:
    """One for each key: a partner's HER-ids are in one book."""
    found: dict[str, Peer] = {}
    for partner in declared.partners.values():
        if not partner.ledger:
            continue
        before = found.get(partner.ledger_key)
        found[partner.ledger_key] = Peer(
            before.name if before else partner.name or partner.her_id,
            (*(before.her_ids if before else ()), partner.her_id),
            partner.ledger,
            partner.ledger_key,
            timedelta(minutes=partner.silent_after_minutes),
        )
    return tuple(found.values())


class Comparing:
    """One process at a time writes the file."""

    def __init__(
        self,
        declared: Declared,
        books: LedgerStore,
        key: Ed25519PrivateKey,
        data: Path,
        *,
        clock: Clock,
        random: Random,
    ) -> None:
        self.peers = peers(declared)
        self._told: Books = declared.ledger or Books(())
        self._books, self._key, self._data = books, key, data
        self._clock, self._random = clock, random

    @property
    def every_s(self) -> float:
        return self._told.every_minutes * 60.0

    async def compare(self, peer: Peer) -> Found:
        """Asks him, and keeps what was found. Raises Unreachable, Problem AKS-EXCHANGE-030."""
        now = self._clock.now()
        since = now.astimezone(NORWAY).date() - timedelta(days=self._told.days)
        before = read(self._data).get(peer.id, {})
        agreed = {
            "name": peer.name,
            "silent_after_minutes": peer.silent_after // timedelta(minutes=1),
            "ours": list(self._told.her_ids),
        }
        row = {"began": now.isoformat(), "heard": "", "compared": "", **before, **agreed}
        try:
            his: Statement = await fetch(peer, self._key, since, now, str(self._random.uuid()))
        except (Unreachable, Problem) as failed:
            self._keep(peer, {**row, "why": failed.what if isinstance(failed, Problem) else str(failed)})
            raise
        settled = now - timedelta(minutes=self._told.settled_minutes)
        found = await compared(self._books, self._told.her_ids, peer, his, settled)
        told = {"out": _lists(found.out), "into": _lists(found.into), "since": since.isoformat(), "why": ""}
        self._keep(peer, {**row, **told, "heard": now.isoformat(), "compared": now.isoformat()})
        return found

    async def round(self) -> None:
        """Every partner once; one that does not answer holds up nobody."""
        await asyncio.gather(*(self._try(peer) for peer in self.peers))

    async def _try(self, peer: Peer) -> None:
        # Why it failed is kept with the partner, and told when he has been silent for as long as was agreed.
        with suppress(Unreachable, Problem):
            await self.compare(peer)

    def items(self) -> dict[str, str]:
        """Of every partner: what is an item for somebody now. Those asked of in vain keep what was found before."""
        told = read(self._data)
        found: dict[str, str] = {}
        for peer in self.peers:
            found |= differences(peer.id, told.get(peer.id, {}))
        return found

    def silent(self, now: datetime) -> dict[str, str]:
        told = read(self._data)
        return {
            f"unheard|{peer.id}": words
            for peer in self.peers
            if (words := unheard(told.get(peer.id, {}), now))
        }

    def _keep(self, peer: Peer, row: Mapping[str, Any]) -> None:
        known = {id: each for id, each in read(self._data).items() if id in {p.id for p in self.peers}}
        write_whole(self._data / "post", NAME, json.dumps({**known, peer.id: row}).encode())


def differences(id: str, row: Mapping[str, Any]) -> dict[str, str]:
    """Of the partner `id`: key of an item -> its words."""
    him = row.get("name", id)
    found: dict[str, str] = {}
    for way, words in (("out", OUT), ("into", INTO)):
        for kind, ids in row.get(way, {}).items():
            for msg_id in ids:
                found[f"book|{id}|{way}|{kind}|{msg_id}"] = words[kind].format(him=him, id=msg_id)
    if len(found) <= ITEMS_MAX:
        return found
    first = dict(list(found.items())[:ITEMS_MAX])
    first[f"book|{id}|more"] = f"Bøkene til {him} og våre er uenige om flere meldinger enn disse. Ring."
    return first


def unheard(row: Mapping[str, Any], now: datetime) -> str:
    """Words when the partner's node has not answered for that long; "" when it has, or was never asked."""
    last = row.get("heard") or row.get("began")
    allowed = timedelta(minutes=row.get("silent_after_minutes", 60))
    if not last or now - (at := datetime.fromisoformat(last)) < allowed:
        return ""
    since = f"{at.astimezone(NORWAY):%d.%m.%Y kl. %H:%M}"
    how = f"sist hørt {since}" if row.get("heard") else f"aldri hørt, spurt siden {since}"
    return f"Noden til {row.get('name', 'en partner')} svarer ikke ({how}). Ring og spør om de er i drift."


def read(data: Path) -> dict[str, dict[str, Any]]:
    """HER-id of a partner -> its row; {} when there is none that can be read."""
    try:
        found = json.loads((data / "post" / NAME).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _lists(comparison: Any) -> dict[str, list[str]]:
    return {kind: list(ids) for kind, ids in asdict(comparison).items() if ids}
