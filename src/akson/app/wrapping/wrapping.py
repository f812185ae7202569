"""`akson legacy wrap`: file → rows or letters → resources → a node's record, which then is that product's and read-only.

The mark stands in the data folder before the first row is taken, so that a node that starts meanwhile is read-only too.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.settings import Settings
from akson.app.wiring import Node, data_folder, open_node
from akson.app.wrapping import letters
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.sharing.legacy import dump, gerda, messages, standing
from akson.sharing.legacy.codes import Codes
from akson.sharing.legacy.reload import Reloaded, take
from akson.sharing.legacy.values import Account, Filling, Wrap

Reads = Callable[[Path, Mapping[str, str], str, Callable[[str], str]], Filling]


@dataclass(frozen=True, slots=True)
class Taken:
    wrap: Wrap
    reloaded: Reloaded


def _gerda(source: Path, units: Mapping[str, str], taken: str, named: Callable[[str], str]) -> Filling:
    del named  # Her own numbers are no national ones.
    return gerda.fill(dump.read(source.read_bytes()), units=units, taken=taken)


def _brev(source: Path, units: Mapping[str, str], taken: str, named: Callable[[str], str]) -> Filling:
    found, unreadable = letters.read(source)
    filling = messages.fill(found, units=units, taken=taken, named=named)
    if unreadable:
        filling.account.unreadable["MELDING"] += unreadable
    return filling


ADAPTERS: dict[str, Reads] = {gerda.ADAPTER: _gerda, messages.ADAPTER: _brev}


async def wrap(
    settings: Settings, adapter: str, source: Path, units: Mapping[str, str], taken: str = ""
) -> Taken:
    """`taken`: the day of the file, else that of its last change. Raises Problem AKS-LEGACY-001 for a node that has a
    record of its own, -002 for one before another product, -010 for a file that cannot be read, with nothing written."""
    folder = data_folder(settings)
    before = _before(folder, adapter)
    day = taken or _changed(source)
    async with open_node(settings, pool_size=4, filling=True) as node:
        if before is None:
            await _check_empty(node)
        filling = await asyncio.to_thread(ADAPTERS[adapter], source, units, day, _naming(node))
        about = Codes.of(adapter, Account()).about
        mark = Wrap(adapter, about["product"], about["version"], tuple(about["types"]), about["absent"], day)
        await asyncio.to_thread(standing.write, folder, before or mark)
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS, ground=f"legacy {adapter}")
        reloaded = await take(session, filling, adapter=adapter, types=mark.types)
        done = replace(mark, account=filling.account.as_json())
        await asyncio.to_thread(standing.write, folder, done)
        return Taken(done, reloaded)


def _before(folder: Path, adapter: str) -> Wrap | None:
    before = standing.read(folder)
    if before is not None and before.adapter != adapter:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-LEGACY-002",
            f"This node already stands before {before.product}.",
            now="Choose another data folder with --data: each product has a node of its own.",
        )
    return before


async def _check_empty(node: Node) -> None:
    session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS, ground="legacy")
    page = await session.search(parse("Patient", [("_count", "1")]))
    if page.matches:
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-LEGACY-001",
            "This node has a record of its own, and would be made read-only.",
            now="Choose an empty data folder with --data.",
        )


def _naming(node: Node) -> Callable[[str], str]:
    """By a key of this installation: a national number cannot be found again by trying all of them."""
    key = node.record.store.derived_key("legacy")
    return lambda number: hmac.new(key, number.encode(), hashlib.sha256).hexdigest()[:24]


def _changed(source: Path) -> str:
    return datetime.fromtimestamp(source.stat().st_mtime, UTC).date().isoformat()
