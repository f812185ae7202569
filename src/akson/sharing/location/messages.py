"""Statements and holdings as JSON on the wire. Pure.

{"statements": [{"ref": "qk3…", "persons": ["13816099990"], "holds": {"medication": "2026-01-03"}}]}
{"holdings": [{"source": "lillefjord", "kind": "medication", "since": "2026-01-03", "told": "2026-11-27T13:01:00Z"}]}
"""

import base64
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.classes import SharedClass
from akson.sharing.location.values import Holding, Statement

STATEMENTS_MAX = 500
BODY_BYTES_MAX = 512 * 1024


def statements(said: Sequence[Statement]) -> bytes:
    listed = [
        {
            "ref": base64.urlsafe_b64encode(one.ref).decode(),
            "persons": list(one.persons),
            "holds": {kind.value: since.isoformat() for kind, since in one.holds.items()},
        }
        for one in said
    ]
    return json.dumps({"statements": listed}).encode()


def read_statements(body: bytes) -> list[Statement]:
    """Raises Problem MALFORMED AKS-SHARE-021. A kind that is not known here is passed over."""
    try:
        listed = json.loads(body)["statements"]
        if not isinstance(listed, list) or len(listed) > STATEMENTS_MAX:
            raise ValueError
        return [_statement(one) for one in listed]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as odd:
        raise _unreadable() from odd


def _statement(one: dict[str, Any]) -> Statement:
    known = {kind.value: kind for kind in SharedClass}
    persons = one["persons"]
    if not isinstance(persons, list) or not all(isinstance(p, str) for p in persons):
        raise ValueError
    holds = {known[k]: date.fromisoformat(v) for k, v in one["holds"].items() if k in known}
    return Statement(base64.urlsafe_b64decode(one["ref"]), tuple(persons), holds)


def holdings(found: Sequence[Holding]) -> bytes:
    listed = [
        {
            "source": one.source,
            "kind": one.kind.value,
            "since": one.since.isoformat(),
            "told": one.told.isoformat(),
        }
        for one in found
    ]
    return json.dumps({"holdings": listed}).encode()


def read_holdings(body: bytes) -> tuple[Holding, ...]:
    """Raises Problem MALFORMED AKS-SHARE-021. A kind that is not known here is OTHER: it is asked for, not forgotten."""
    known = {kind.value: kind for kind in SharedClass}
    try:
        return tuple(
            Holding(
                str(one["source"]),
                known.get(one["kind"], SharedClass.OTHER),
                date.fromisoformat(one["since"]),
                datetime.fromisoformat(one["told"]),
            )
            for one in json.loads(body)["holdings"]
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as odd:
        raise _unreadable() from odd


def _unreadable() -> Problem:
    return Problem(
        ProblemKind.MALFORMED, "AKS-SHARE-021", "What was sent about who holds what cannot be read."
    )
