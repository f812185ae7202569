"""The operations, one file each; none knows another. The list makes routes and their lines in the capability statement."""

from akson.api.operation import Operation
from akson.api.operations import everything, lastn, meta, validate

OPERATIONS: tuple[Operation, ...] = (
    everything.OPERATION,
    lastn.OPERATION,
    meta.OPERATION,
    validate.OPERATION,
)
