"""What a citizen has said of where her data may live (reservasjon), read from her Consent resources. Pure.

Which words there are: `record.facts.choices`. Each keeps what the one before keeps away too. Who may see her data is
`access`'s alone, and `no-sharing` is a closing there as well.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from akson.record.facts.choices import CHOICE_SYSTEM as CHOICE_SYSTEM
from akson.record.facts.choices import choices


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
    if consent.get("resourceType") != "Consent":
        return
    yield from (Choice(code) for code in sorted(choices(consent)))
