"""What search asks of terminology, answered by the node's own: value sets, and the codes below and above one."""

from collections.abc import Callable

from akson.fhir.search.words import Codes, Words, core_expansion
from akson.terminology import Terminology


def words_of(terminology: Terminology) -> Words:
    def expand(value_set: str) -> Codes | None:
        held = terminology.member(value_set)
        return core_expansion(value_set) if held is None else held

    return Words(expand, _tree(terminology.below), _tree(terminology.above))


def _tree(
    walk: Callable[[str, str], frozenset[str] | None],
) -> Callable[[str | None, str], Codes | None]:
    """Codes of one system with the system beside each. A code without a system stands in no tree."""

    def found(system: str | None, code: str) -> Codes | None:
        codes = walk(system, code) if system else None
        return None if codes is None else [(system, code) for code in sorted(codes)]

    return found
