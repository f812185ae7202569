"""One question under a policy: whom to ask, and what each of them says, in a form in which answers can be compared.

    Said(found=(("MedicationStatement", "p7-m1", "9c0f…"), …), total=None, refused="")

Versions and times are each node's own and left out; a refusal is its id. Nothing clinical is kept.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from akson.app.storage.nodes import StorageNode
from akson.app.storage.questions import Asked
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.record.session import RecordSession
from akson.sharing.storage import forms
from akson.sharing.storage.asking import whom_to_ask
from akson.sharing.storage.choices import Choice
from akson.sharing.storage.modes import Range
from akson.sharing.storage.policy import StoragePolicy

SOURCE, CENTRAL = "source", "central"


@dataclass(frozen=True, slots=True)
class Said:
    found: tuple[tuple[str, str, str], ...] = ()
    total: int | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A node, and the tenant there that is the controller's."""

    node: StorageNode
    tenant: int


async def say(session: RecordSession, search: str) -> tuple[Said, bool]:
    """What the rules let her have, and whether there was a person at all to ask about (central nodes hold not everybody)."""
    type, _, arguments = search.partition("?")
    try:
        page = await session.search(parse(type, parse_qsl(arguments)))
    except Problem as refused:
        return Said(refused=refused.id), True
    found = [
        (v.type, v.id, hashlib.sha256(forms.travelling(v.body)).hexdigest()[:16])
        for v in page.matches
        if v.body
    ]
    ordered = "_sort=" in search
    return Said(tuple(found if ordered else sorted(found)), page.total), bool(found)


async def ask(
    asked: Asked, policy: StoragePolicy, choice: Choice | None, places: Mapping[str, Place]
) -> Said:
    """The first that has an answer. A central node that holds nothing of the person is no answer (asking.py)."""
    whom = whom_to_ask(policy, asked.question, asked.range, choice, source=SOURCE)
    said = Said()
    for name in (*whom.first, *(whom.instead if whom.unknown else ())):
        place = places[name]
        said, something = await say(
            place.node.as_(asked.at(place.tenant), asked.purpose), asked.question.search
        )
        if something:
            return said
    return said


def not_shared(asked: Asked) -> bool:
    """Whether nobody is to be asked: she shares with nobody outside, and the asker is outside."""
    return asked.range is not Range.OWN and not asked.person.choice.shared
