"""first, last, take, intersect, union, combine. Spec: https://hl7.org/fhirpath/N1/#subsetting, #combining"""

from collections.abc import Mapping

from akson.fhir.fhirpath.comparison import Known, distinct
from akson.fhir.fhirpath.functions.building import Build, on_collection, on_collections
from akson.fhir.fhirpath.item import Collection, execution_problem
from akson.fhir.fhirpath.operators import union


def _single(found: Collection) -> Collection:
    if len(found) > 1:
        raise execution_problem("One value was expected.", "It was several.")
    return found


def _whole(argument: Collection) -> int | None:
    if not argument:
        return None
    if len(argument) > 1 or type(argument[0].value) is not int:
        raise execution_problem("One whole number was expected.")
    return argument[0].value


def _skip(found: Collection, argument: Collection) -> Collection:
    number = _whole(argument)
    return [] if number is None else found[max(0, number) :]


def _take(found: Collection, argument: Collection) -> Collection:
    number = _whole(argument)
    return [] if number is None else found[: max(0, number)]


def _without(found: Collection, other: Collection) -> Collection:
    known = Known(other)
    return [item for item in found if item not in known]


def _shared(found: Collection, other: Collection) -> Collection:
    known = Known(other)
    return distinct([item for item in found if item in known])


FUNCTIONS: Mapping[str, Build] = {
    "combine": on_collections(lambda found, other: [*found, *other]),
    "exclude": on_collections(_without),
    "first": on_collection(lambda found: found[:1]),
    "intersect": on_collections(_shared),
    "last": on_collection(lambda found: found[-1:]),
    "single": on_collection(_single),
    "skip": on_collections(_skip),
    "tail": on_collection(lambda found: found[1:]),
    "take": on_collections(_take),
    "union": on_collections(union),
}
