"""What is taken out of a resource before it leaves, and put back when it comes home without it. The one place for both.

    leaving(version, decision)      the body without the elements that the decision's redactions hide
    kept(sent, standing, hidden)    an update by somebody who does not see them: they stay as they stand

Version, ETag and time are those of what is stored. Which elements: `akson.access.redactions`. Why an update keeps what its
writer cannot see: docs/adr/0095.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from akson.access.decision import Decision
from akson.access.redactions import REDACTIONS, told_by
from akson.fhir.codec.without import hidden_names, without, without_labels
from akson.store.values import StoredVersion


def elements_hidden(type: str, decision: Decision) -> tuple[str, ...]:
    """Top-level elements of the type that this decision keeps back."""
    return tuple(
        element
        for name in decision.redactions
        if (hidden := REDACTIONS[name].types.get(type)) is not None
        for element in hidden.elements
    )


def leaving(version: StoredVersion, decision: Decision) -> StoredVersion:
    """The version as it may leave."""
    hidden = elements_hidden(version.type, decision) if decision.redactions else ()
    if not hidden or version.body is None:
        return version
    whole = msgspec.structs.replace(version, body=without(version.body, hidden))
    return ungraded(whole, decision.redactions)


def ungraded(version: StoredVersion, redactions: Iterable[str]) -> StoredVersion:
    """The version without the labels that would tell of a protected address, under any of these redactions.

    For the answer to a write they are those that could meet the row: who sends a grade sees no more of it where there was
    none than where there was one.
    """
    types = (REDACTIONS[name].types.get(version.type) for name in redactions)
    if version.body is None or not any(hidden is not None and hidden.grades for hidden in types):
        return version
    body = without_labels(version.body, told_by)
    return version if body is version.body else msgspec.structs.replace(version, body=body)


def kept(sent: Mapping[str, Any], standing: Mapping[str, Any], hidden: tuple[str, ...]) -> dict[str, Any]:
    """`sent` with the hidden elements as they stand: neither lost nor set by who cannot see them."""
    own, theirs = hidden_names(sent, hidden), hidden_names(standing, hidden)
    whole = {name: value for name, value in sent.items() if name not in own}
    whole |= {name: standing[name] for name in standing if name in theirs}
    security = (standing.get("meta") or {}).get("security")
    if security:
        # The grade that hides them stays too: else whoever may not see could take it away and look.
        meta = dict(whole.get("meta") or {})
        given = meta.get("security") or []
        meta["security"] = [*given, *(label for label in security if label not in given)]
        whole["meta"] = meta
    return whole
