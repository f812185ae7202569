"""Elements hidden from the reader, inside SQL: in rows where they are, what reads them finds nothing. Pure.

    Patient?address-city=Storvik              … and the address is not hidden in this row
    Patient?address:missing=true              … or it is
    _sort=address-city                        the row comes among those without one
    _has, chains, _include, compartments      a hidden reference leads nowhere

Which elements, and in which rows, is data of `akson.access.redactions`; what leaves is taken out by the record.
"""

from collections.abc import Callable, Iterable, Sequence

from akson.access.redactions import REDACTIONS, Redaction
from akson.store.keys import Keys
from akson.store.search.restriction import condition
from akson.store.search.scope import Arguments, Scope, disjunction

Redactions = Callable[[str], Sequence[str]]
"""Type -> names of the redactions its reader is answered under."""


def where_hidden(param: str, scope: Scope) -> str:
    """SQL: what `param` reads is hidden in this row; empty when it never is."""
    meant = [r for r in of_type(scope.redactions, scope.type) if param in r.types[scope.type].parameters]
    return _holds(meant, scope.alias, scope.tenant, scope.keys, scope.arguments)


def visible_only(test: str, param: str, scope: Scope) -> str:
    """The test, and that nothing of what it reads is hidden."""
    hidden = where_hidden(param, scope)
    return f"({test} and {hidden} is not true)" if hidden else test


def or_hidden(test: str, param: str, scope: Scope) -> str:
    """The test, or that what it reads is hidden: for those that a missing element fulfils."""
    hidden = where_hidden(param, scope)
    return f"({test} or {hidden})" if hidden else test


def names_column(
    redactions: Redactions, type: str, alias: str, tenant: int, keys: Keys, arguments: Arguments
) -> str:
    """SQL: text[] of the redactions that meet this row; empty when none ever does."""
    each = [
        f"case when {_holds([r], alias, tenant, keys, arguments)} then '{r.name}' end"
        for r in of_type(redactions, type)
    ]
    return f"array_remove(array[{', '.join(each)}]::text[], null)" if each else ""


def hidden_elements(type: str, names: Iterable[str]) -> tuple[str, ...]:
    """Elements of the type that these redactions take out."""
    return tuple(
        element
        for name in names
        if type in REDACTIONS[name].types
        for element in REDACTIONS[name].types[type].elements
    )


def hidden_parameters(redactions: Redactions, type: str) -> frozenset[str]:
    """Search parameters of the type that are hidden in some rows."""
    return frozenset(code for r in of_type(redactions, type) for code in r.types[type].parameters)


def of_type(redactions: Redactions, type: str) -> list[Redaction]:
    return [REDACTIONS[name] for name in redactions(type) if type in REDACTIONS[name].types]


def _holds(meant: Sequence[Redaction], alias: str, tenant: int, keys: Keys, arguments: Arguments) -> str:
    return (
        disjunction(
            [
                condition(r.restriction, alias, tenant=tenant, keys=keys, arguments=arguments, indexed=False)
                for r in meant
            ]
        )
        if meant
        else ""
    )
