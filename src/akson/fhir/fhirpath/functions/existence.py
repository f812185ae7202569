"""exists, all, count, subsetOf, distinct and their kin. Spec: https://hl7.org/fhirpath/N1/#existence"""

from collections.abc import Mapping

from akson.fhir.fhirpath.comparison import Known, distinct
from akson.fhir.fhirpath.functions.building import (
    Build,
    Compile,
    each,
    expect,
    on_collection,
    on_collections,
)
from akson.fhir.fhirpath.functions.filtering import where
from akson.fhir.fhirpath.item import (
    Collection,
    Evaluate,
    Item,
    boolean,
    execution_problem,
    holds,
    system_item,
    truth,
)
from akson.fhir.fhirpath.syntax import Expression


def _exists(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 0, 1)
    source = where(target, arguments, compile) if arguments else target
    return lambda focus, context: boolean(bool(source(focus, context)))


def _all(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 1)

    def take(item: Item, answer: Collection, found: Collection) -> bool:
        if not holds(answer):
            found.append(item)
        return bool(found)

    refused = each(target, compile(arguments[0]), take)
    return lambda focus, context: boolean(not refused(focus, context))


def _any(wanted: bool) -> Build:
    return on_collection(lambda found: boolean(any(_every(found, wanted))))


def _every(found: Collection, wanted: bool) -> list[bool]:
    """All are looked at, so that a value that is no boolean is never passed over."""
    return [_boolean(item) is wanted for item in found]


def _boolean(item: Item) -> bool:
    if type(item.value) is not bool:
        raise execution_problem("Only booleans are looked at.", "Something else was there.")
    return item.value


def _not(found: Collection) -> Collection:
    answer = truth(found)
    return [] if answer is None else boolean(not answer)


def _subset(found: Collection, of: Collection) -> bool:
    known = Known(of)
    return all(item in known for item in found)


FUNCTIONS: Mapping[str, Build] = {
    "all": _all,
    "allFalse": on_collection(lambda found: boolean(not any(_every(found, True)))),
    "allTrue": on_collection(lambda found: boolean(all(_every(found, True)))),
    "anyFalse": _any(False),
    "anyTrue": _any(True),
    "count": on_collection(lambda found: [system_item(len(found))]),
    "distinct": on_collection(distinct),
    "empty": on_collection(lambda found: boolean(not found)),
    "exists": _exists,
    "isDistinct": on_collection(lambda found: boolean(len(distinct(found)) == len(found))),
    "not": on_collection(_not),
    "subsetOf": on_collections(lambda found, of: boolean(_subset(found, of))),
    "supersetOf": on_collections(lambda found, of: boolean(_subset(of, found))),
}
