"""A Restriction as a condition on one table reference. Pure; `akson.access` decides, this only says it in SQL.

Patients and grantees are compared as plain values. The hash of the patient comes first only where it lets an index find
the rows; it never decides alone.
"""

from typing import assert_never

from akson.access.decision import (
    AllOf,
    AnyOf,
    Everything,
    Matching,
    NoPatient,
    Nothing,
    PatientIs,
    PatientRelation,
    Restriction,
)
from akson.access.scopes import terms_of
from akson.fhir.search.query import TokenValue
from akson.store import forms
from akson.store.keys import Keys
from akson.store.search.scope import Arguments, conjunction, disjunction


def condition(
    restriction: Restriction,
    alias: str,
    *,
    tenant: int,
    keys: Keys,
    arguments: Arguments,
    indexed: bool = True,
    current: bool = True,
) -> str:
    """True for the rows of `alias` that may be seen. `indexed` is false for history tables, which lack `patient`, and where
    other conditions find the rows. `current` is false where rows may be superseded ones, which have no tokens."""
    return _Compiler(alias, tenant, keys, arguments, indexed=indexed, current=current).compile(restriction)


class _Compiler:
    def __init__(
        self, alias: str, tenant: int, keys: Keys, arguments: Arguments, *, indexed: bool, current: bool
    ) -> None:
        self._alias = alias
        self._tenant = tenant
        self._keys = keys
        self._arguments = arguments
        self._indexed = indexed
        self._current = current

    def compile(self, restriction: Restriction) -> str:
        match restriction:
            case Everything():
                return "true"
            case Nothing():
                return "false"
            case NoPatient():
                return f"{self._alias}.patient{'' if self._indexed else '_ids'} is null"
            case PatientRelation():
                return self._relation(restriction)
            case PatientIs():
                return self._is(restriction)
            case Matching():
                return self._matching(restriction)
            case AnyOf(parts):
                return disjunction([self.compile(part) for part in parts])
            case AllOf(parts):
                return f"({conjunction([self.compile(part) for part in parts])})"
            case unknown:
                assert_never(unknown)

    def _relation(self, restriction: PatientRelation) -> str:
        """No patient of the row is without a valid relation, and there is at least one patient."""
        tenant = self._arguments.add(self._tenant, "int")
        grantees = self._arguments.add(list(restriction.grantees), "text[]")
        at = self._arguments.add(restriction.at, "timestamptz")
        valid = (
            f"r.tenant = {tenant} and r.grantee = any({grantees}) "
            f"and r.valid_from <= {at} and (r.valid_to is null or r.valid_to > {at})"
        )
        found = f"select r.patient from record.care_relation r where {valid}"
        index = f"{self._alias}.patient = any(array({found})) and " if self._indexed else ""
        return (
            f"({index}(select bool_and(exists (select from record.care_relation r where {valid} and r.patient_id = p.id)) "
            f"from unnest({self._alias}.patient_ids) p(id)) is true)"
        )

    def _is(self, restriction: PatientIs) -> str:
        own = self._arguments.add(list(restriction.patients), "text[]")
        index = ""
        if self._indexed:
            hashes = [self._keys.target(self._tenant, f"Patient/{id}") for id in restriction.patients]
            index = f"{self._alias}.patient = any({self._arguments.add(hashes, 'bigint[]')}) and "
        return f"({index}({self._alias}.patient_ids <@ {own}) is true)"

    def _matching(self, restriction: Matching) -> str:
        """As the search terms of tokens; the guard asks the resource itself once more."""
        if not self._current:
            return "false"
        tests = []
        for term in terms_of(restriction):
            wanted = [
                self._keys.token(
                    self._tenant,
                    restriction.type,
                    term.param,
                    "is",
                    forms.asked_token(value.system, value.code),
                )
                for value in term.values
                if isinstance(value, TokenValue)
            ]
            tests.append(f"{self._alias}.tokens && {self._arguments.add(wanted, 'bigint[]')}")
        return f"(({conjunction(tests)}) is true)"
