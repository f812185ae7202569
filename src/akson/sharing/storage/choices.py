"""What a citizen has said of where her data may live (reservasjon), read from her Consent resources. Pure.

    Consent.status active · category coding https://akson.no/fhir/CodeSystem/storage-choice
        no-central    no copy of hers at a central node: whoever may see asks the source
        no-index      no entry of hers in the index either
        no-sharing    nothing outside her own municipality: not asked at all

Each keeps what the one before keeps away too. The choice is about where data lives; who may see it is `access`'s alone.
Source: pasientjournalloven § 17; forskrift om kjernejournal § 4 (reservasjon); EHDS article 10.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from akson.record.facts.elements import codings

CHOICE_SYSTEM = "https://akson.no/fhir/CodeSystem/storage-choice"


class Choice(StrEnum):
    ALL = "all"
    """She has said nothing: the policy stands."""
    NO_CENTRAL = "no-central"
    NO_INDEX = "no-index"
    NO_SHARING = "no-sharing"

    @property
    def central(self) -> bool:
        """Whether a copy of hers may stand at a central node."""
        return self is Choice.ALL

    @property
    def indexed(self) -> bool:
        return self in (Choice.ALL, Choice.NO_CENTRAL)

    @property
    def shared(self) -> bool:
        return self is not Choice.NO_SHARING


_ORDER = tuple(Choice)


def strictest(choices: Iterable[Choice]) -> Choice:
    """Of several (she said two things, or a resource is about several people) the one that keeps most away."""
    return max(choices, key=_ORDER.index, default=Choice.ALL)


def choice_of(consents: Iterable[Mapping[str, Any]]) -> Choice:
    """By the Consents of one patient. A choice with a code that nobody knows keeps everything home."""
    return strictest(choice for consent in consents for choice in _said(consent))


def _said(consent: Mapping[str, Any]) -> Iterable[Choice]:
    if consent.get("resourceType") != "Consent" or consent.get("status") != "active":
        return
    for system, code in codings(consent.get("category")):
        if system == CHOICE_SYSTEM:
            yield Choice(code) if code in _ORDER else Choice.NO_SHARING
