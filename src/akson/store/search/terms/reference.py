"""Reference terms: `subject=Patient/1`, `subject=1`, an absolute url. Spec: https://hl7.org/fhir/R4/search.html#reference."""

from collections.abc import Iterator

from akson.fhir.search.query import ReferenceValue, Term
from akson.store.principal import ONE_PATIENT, PATIENT_PARAMS
from akson.store.search.scope import Scope, unsupported


def condition(term: Term, scope: Scope) -> str:
    """Overlap of hashed references; where the parameter names the one patient, his column finds the rows."""
    if term.modifier:
        raise unsupported(f"The modifier :{term.modifier} of references is not offered.")
    values = [value for value in term.values if isinstance(value, ReferenceValue)]
    targets = [target for value in values for target in _targets(value, term, scope)]
    wanted = [scope.keys.reference(scope.tenant, scope.type, term.param, target) for target in targets]
    test = f"{scope.column('refs')} && {scope.arguments.add(wanted, 'bigint[]')}"
    if (
        scope.type in ONE_PATIENT
        and term.param in PATIENT_PARAMS
        and targets
        and all(_is_patient(t) for t in targets)
    ):
        patients = [scope.keys.target(scope.tenant, target) for target in targets]
        if len(patients) == 1:
            return f"{scope.column('patient')} = {scope.arguments.add(patients[0], 'bigint')} and ({test}) is true"
        return f"{scope.column('patient')} = any({scope.arguments.add(patients, 'bigint[]')}) and ({test}) is true"
    return f"({test}) is true" if scope.narrow else test


def _targets(value: ReferenceValue, term: Term, scope: Scope) -> Iterator[str]:
    """`1` alone may be any of the types the parameter leads to."""
    if value.url is not None:
        yield value.url
    elif value.type is not None:
        yield f"{value.type}/{value.id}"
        if term.param not in PATIENT_PARAMS and value.id is not None:
            yield value.id  # As some write it, without the type; whose a resource is, is never told that way.
    elif term.param == "patient":
        yield f"Patient/{value.id}"
    else:
        parameter = scope.definitions.search_parameters(scope.type).get(term.param)
        targets = parameter.targets if parameter and parameter.targets else scope.definitions.resource_types
        yield from (f"{target}/{value.id}" for target in targets)


def _is_patient(target: str) -> bool:
    return target.startswith("Patient/")
