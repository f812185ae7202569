"""A request that terminology cannot answer, in the form terminology clients read: https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig

It is a Problem like any other; the operations turn it into an OperationOutcome whose details carry the kind of finding.
"""

from typing import TYPE_CHECKING

from akson.fhir.problem import Problem, ProblemKind

if TYPE_CHECKING:
    from akson.terminology.findings import Finding


class Refused(Problem):
    def __init__(
        self,
        id: str,
        what: str,
        *,
        finding: "Finding | None" = None,
        kind: ProblemKind = ProblemKind.INVALID,
        now: str = "",
    ) -> None:
        super().__init__(kind, id, what, now=now, code=finding.code if finding else "")
        self.finding = finding
