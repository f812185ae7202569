"""`_sort` and the place to go on from: keyset paging that is stable over ties. Pure.

The order always ends with the id, and rows without a value come last. A cursor holds the last row's sort values and id:
no offset, so a page costs the same wherever it is. Spec: https://hl7.org/fhir/R4/search.html#sort.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import Sort
from akson.store.principal import PRINCIPAL_DATE, UNIONS
from akson.store.search.bodies import ordered_by, texts
from akson.store.search.hiding import where_hidden
from akson.store.search.scope import Scope, unsupported

SORTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: SQL, SQL type, direction, and whether it can be null."""

    sql: str
    type: str
    descending: bool
    nullable: bool

    @property
    def clause(self) -> str:
        return f"{self.sql} {'desc' if self.descending else 'asc'}{' nulls last' if self.nullable else ''}"


def keys(sorts: tuple[Sort, ...], scope: Scope) -> tuple[Key, ...]:
    """The order of a search; the id makes it total. Raises AKS-STORE-021 for what cannot be sorted by."""
    if len(sorts) > SORTS_MAX:
        raise unsupported(f"At most {SORTS_MAX} sort parameters are offered.")
    wanted = [_visible(sort, _key(sort, scope), scope) for sort in sorts]
    if not any(sort.kind == "id" for sort in sorts):
        wanted.append(Key(scope.column("id"), "text", False, False))
    return tuple(wanted)


def _visible(sort: Sort, key: Key, scope: Scope) -> Key:
    """A row whose value is hidden stands among those without one."""
    hidden = where_hidden(sort.param, scope)
    if not hidden:
        return key
    collation = ' collate "C"' if key.type == "text" else ""
    return replace(key, sql=f"(case when {hidden} then null else {key.sql} end){collation}", nullable=True)


def _key(sort: Sort, scope: Scope) -> Key:
    down = sort.descending
    match sort.kind:
        case "id":
            return Key(scope.column("id"), "text", down, False)
        case "lastUpdated":
            return Key(scope.column("updated"), "timestamptz", down, False)
        case "date" if PRINCIPAL_DATE.get(scope.type) == sort.param:
            return Key(scope.column("date_lo"), "timestamptz", down, True)
        case "date":
            return Key(_extreme("date_key", "date_los", sort, scope), "timestamptz", down, True)
        case "string" | "uri":
            return Key(f'({_extreme("str_key", "str_val", sort, scope)}) collate "C"', "text", down, True)
        case "number" | "quantity":
            return Key(_extreme("num_key", "num_lo", sort, scope), "float8", down, True)
        case "token" | "reference" if paths := ordered_by(scope.type, sort.param):
            extreme = "max" if down else "min"
            value = f'(select {extreme}(o.v collate "C") from {texts(paths, scope)} o) collate "C"'
            return Key(value, "text", down, True)
    raise unsupported(f"Sorting by {sort.kind} parameters is not offered.")


def _extreme(key_column: str, value_column: str, sort: Sort, scope: Scope) -> str:
    """The smallest of several values going up, the largest going down."""
    params = UNIONS.get(scope.type, {}).get(sort.param, (sort.param,))
    keys = [scope.keys.param(scope.tenant, scope.type, param) for param in params]
    under = f"any({scope.arguments.add(keys, 'bigint[]')})"
    arrays = f"unnest({scope.column(key_column)}, {scope.column(value_column)}) o(k, v)"
    value = 'v collate "C"' if value_column == "str_val" else "v"
    return f"(select {'max' if sort.descending else 'min'}({value}) from {arrays} where o.k = {under})"


def after(order: tuple[Key, ...], values: Sequence[object], scope: Scope, *, inclusive: bool = False) -> str:
    """The condition that a row comes after the one with these values, or is in its place when `inclusive`."""
    parts: list[str] = []
    equal: list[str] = []
    for key, value in zip(order, values, strict=True):
        if value is None:
            # The last row had no value here: rows with one came before, so only ties remain.
            equal.append(f"{key.sql} is null")
            continue
        argument = scope.arguments.add(value, key.type)
        beyond = f"{key.sql} {'<' if key.descending else '>'} {argument}"
        if key.nullable:
            beyond = f"({beyond} or {key.sql} is null)"
        parts.append(" and ".join([*equal, beyond]))
        equal.append(f"{key.sql} = {argument}")
    if inclusive:
        parts.append(" and ".join(equal))
    return f"({' or '.join(f'({part})' for part in parts)})"


def encode(values: tuple[object, ...]) -> str:
    """Opaque text of the last row's sort values."""
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def decode(cursor: str, order: tuple[Key, ...]) -> list[object]:
    """The values again. Raises AKS-STORE-022 when the cursor is of another order."""
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(plain, list) or len(plain) != len(order):
            raise ValueError
        return [_value(value, key) for value, key in zip(plain, order, strict=True)]
    except (ValueError, TypeError, binascii.Error):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-STORE-022",
            "The page marker does not belong to this search.",
            now="Start from the first page.",
        ) from None


def _value(value: object, key: Key) -> object:
    if value is None:
        if not key.nullable:
            raise ValueError
        return None
    if key.type == "timestamptz":
        return datetime.fromisoformat(str(value))
    if key.type == "float8":
        return float(str(value))
    if key.type == "int":
        return int(str(value))
    return str(value)
