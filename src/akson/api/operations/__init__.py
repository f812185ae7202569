"""The operations, one file each; none knows another. The list makes routes and their lines in the capability statement."""

from akson.api.operation import Operation
from akson.api.operations import (
    everything,
    expand,
    lastn,
    lookup,
    meta,
    practitioner_context,
    shared_plan,
    subsumes,
    summary,
    validate,
    validate_code,
)

OPERATIONS: tuple[Operation, ...] = (
    everything.OPERATION,
    expand.OPERATION,
    lastn.OPERATION,
    lookup.OPERATION,
    meta.OPERATION,
    practitioner_context.OPERATION,
    shared_plan.OPERATION,
    subsumes.OPERATION,
    summary.OPERATION,
    validate.OPERATION,
    validate_code.OPERATION,
)
