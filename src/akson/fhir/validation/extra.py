"""Rules that the text of R4 states and no invariant says: of Coding, Bundle, and where core extensions may stand.

Spec: https://hl7.org/fhir/R4/datatypes.html#Coding, https://hl7.org/fhir/R4/bundle.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from akson.fhir.definitions import load
from akson.fhir.validation.bundles import document, entries, search_results
from akson.fhir.validation.finding import Finding, Scope

Rule: TypeAlias = Callable[[Any, Scope], list[Finding] | None]

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_VALUE_SET = "http://hl7.org/fhir/ValueSet/"


def _coding(value: Any, _scope: Scope) -> list[Finding] | None:
    """A system is a system; and where it is one of FHIR's own, it knows the code."""
    system = value["system"]
    if system in _GOOD:
        codes = _GOOD[system]
    else:
        if not _ABSOLUTE.match(system):
            return [Finding(".system", "value", "must be an absolute uri")]
        if system.startswith(_VALUE_SET):
            return [Finding(".system", "value", "must be a code system, and is a value set")]
        codes = load().system(system)
        if len(_GOOD) < _REMEMBERED_MAX:
            _GOOD[system] = codes
    if codes is None or value.get("code") is None or value["code"] in codes:
        return None
    return [Finding(".code", "code-invalid", f"must be a code of {system}")]


_GOOD: dict[str, frozenset[str] | None] = {}
"""Systems that were looked at, with their codes where these are known."""
_REMEMBERED_MAX = 10_000

EXTRA: Mapping[str, tuple[tuple[frozenset[str] | None, Rule], ...]] = {
    "Bundle": (
        (frozenset({"entry"}), entries),
        (frozenset({"entry"}), document),
        (frozenset({"entry"}), search_results),
    ),
    "Coding": ((frozenset({"system"}), _coding),),
}
