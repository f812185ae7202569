"""A Restriction as a condition on one table reference. Pure; `akson.access` decides, this only says it in SQL.

Patients and grantees are compared as plain values. The hash of the patient comes first only where it lets an index find
the rows; it never decides alone. What is asked of a patient is asked of every Patient resource that is the same person.

A leaf that denies first asks once per statement whether there is anything of the kind at all (an InitPlan): where nobody
has closed anything, no row pays for it.
"""

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from akson.access.decision import (
    AddressProtected,
    AgeBetween,
    AllOf,
    AnyOf,
    Barred,
    ConcernsPatient,
    DraftOfAnother,
    Everything,
    Labelled,
    Matching,
    NoPatient,
    Not,
    Nothing,
    PatientIs,
    PatientRelation,
    Released,
    Represented,
    Restriction,
)
from akson.access.facts import DRAFT_OF
from akson.access.scopes import terms_of
from akson.fhir.search.query import ReferenceValue, TokenValue, Value
from akson.store import forms
from akson.store.keys import Keys
from akson.store.search.scope import Arguments, conjunction, disjunction

_BY_ID = 'patient_id collate "default"'
"""As the index over `patient_ids` compares; that of facts compares by `C`, and the one would not be used for the other."""


def condition(
    restriction: Restriction,
    alias: str,
    *,
    tenant: int,
    keys: Keys,
    arguments: Arguments,
    indexed: bool = True,
    current: bool = True,
    superseded: bool = False,
) -> str:
    """True for the rows of `alias` that may be seen. `indexed` is false where other conditions find the rows. `current` is
    false where rows may be superseded ones, which have no tokens; `superseded` is true of history tables, which lack
    `patient` and find their rows by `patient_ids`."""
    return _Compiler(
        alias, tenant, keys, arguments, indexed=indexed, current=current, superseded=superseded
    ).compile(restriction)


class _Compiler:
    def __init__(
        self,
        alias: str,
        tenant: int,
        keys: Keys,
        arguments: Arguments,
        *,
        indexed: bool,
        current: bool,
        superseded: bool,
    ) -> None:
        self._alias = alias
        self._tenant_id = tenant
        self._keys = keys
        self._arguments = arguments
        self._indexed = indexed
        self._current = current
        self._superseded = superseded
        self._said: dict[tuple[str, object], str] = {}

    def compile(self, restriction: Restriction) -> str:
        match restriction:
            case Everything():
                return "true"
            case Nothing():
                return "false"
            case AnyOf(parts):
                return disjunction([self.compile(part) for part in parts])
            case AllOf(parts):
                return f"({conjunction([self.compile(part) for part in parts])})"
            case Not(part):
                # What an index could find is of no use under a negation.
                outer, self._indexed = self._indexed, False
                inner = self.compile(part)
                self._indexed = outer
                return f"({inner} is not true)"
            case PatientRelation():
                return self._relation(restriction)
            case Represented():
                return self._represented(restriction)
            case AgeBetween():
                return self._aged(restriction)
            case PatientIs(patients):
                return self._is(patients)
            case ConcernsPatient(patients):
                return f"({self._alias}.patient_ids && {self._same(patients)}) is true"
            case NoPatient():
                by_hash = self._indexed and not self._superseded
                return f"{self._alias}.patient{'' if by_hash else '_ids'} is null"
            case Barred():
                return self._barred(restriction)
            case AddressProtected():
                return self._some("trait", f"f.tenant = {self._tenant} and f.protected")
            case Labelled(labels):
                return f"({self._alias}.labels && {self._add(list(labels), 'text[]')}) is true"
            case Released(at):
                released = f"{self._alias}.released"
                return f"({released} is null or {released} <= {self._add(at, 'timestamptz')})"
            case DraftOfAnother(persons):
                return self._draft_of_another(persons)
            case Matching():
                return self._matching(restriction)
            case unknown:
                assert_never(unknown)

    # Leaves that permit: every patient of the row, and one at least.

    def _relation(self, asked: PatientRelation) -> str:
        valid = (
            f"f.tenant = {self._tenant} and f.grantee = any({self._add(list(asked.grantees), 'text[]')}) "
            f"and f.kind = any({self._add(list(asked.kinds), 'text[]')}) "
            f"and {self._valid(asked.at, open_start=False)}"
        )
        index = self._found_by_index("care_relation", valid) if self._indexed else ""
        return f"({index}{self._every('care_relation', valid)})"

    def _represented(self, asked: Represented) -> str:
        labels = f"{self._alias}.labels"
        category = self._add(asked.category, "text")
        valid = (
            f"f.tenant = {self._tenant} and f.representative = any({self._add(list(asked.representatives), 'text[]')}) "
            f"and f.basis = any({self._add(list(asked.bases), 'text[]')}) "
            f"and {self._valid(asked.at, open_start=True)}"
        )
        if asked.shares_address:
            valid += f" and {self._parent_at_same_address(asked)}"
        index = self._found_by_index("representation", valid) if self._indexed else ""
        covers = (
            f"(f.categories = '{{}}' or {category} = any(f.categories) or (f.categories && {labels}) is true)"
        )
        return f"({index}{self._every('representation', f'{valid} and {covers}')})"

    def _parent_at_same_address(self, asked: Represented) -> str:
        at = self._add(asked.at, "timestamptz")
        return (
            "exists (select from record.representation h "
            "join record.address his on his.tenant = h.tenant and his.owner = h.representative "
            "join record.address own on own.tenant = h.tenant and own.owner = 'Patient/' || h.patient_id "
            "and own.key = his.key "
            "where h.tenant = f.tenant and h.patient_id = f.patient_id and h.basis = 'parental' "
            f"and (h.valid_from is null or h.valid_from <= {at}) and (h.valid_to is null or h.valid_to > {at}))"
        )

    def _aged(self, asked: AgeBetween) -> str:
        year, month, day = (f"extract({part} from f.birth_date)" for part in ("year", "month", "day"))
        born = f"({year} * 10000 + {month} * 100 + {day})"
        eldest = self._add(_years_before(asked.on, asked.high), "int")
        youngest = self._add(_years_before(asked.on, asked.low), "int")
        aged = f"f.tenant = {self._tenant} and {born} > {eldest} and {born} <= {youngest}"
        return self._every("trait", aged)

    def _every(self, table: str, fact: str) -> str:
        own = f"exists (select from record.{table} f where {fact} and f.patient_id = p.id)"
        linked = (
            f"exists (select from record.same_person s join record.{table} f on f.patient_id = s.other_id "
            f"where s.tenant = {self._tenant} and s.patient_id = p.id and {fact})"
        )
        return (
            f"(select bool_and({own} or {self._some_linked}{linked}) "
            f"from unnest({self._alias}.patient_ids) p(id)) is true"
        )

    def _found_by_index(self, table: str, fact: str) -> str:
        column = _BY_ID if self._superseded else "patient"
        theirs = (
            f"array(select f.{column} from record.{table} f where {fact} "
            f"union all select s.{column} from record.same_person s join record.{table} f on f.patient_id = s.other_id "
            f"where s.tenant = {self._tenant} and {fact})"
        )
        if self._superseded:
            return f"{self._alias}.patient_ids && {theirs} and "
        return f"{self._alias}.patient = any({theirs}) and "

    def _is(self, patients: tuple[str, ...]) -> str:
        index = ""
        if self._indexed and self._superseded:
            theirs = f"{self._add(list(patients), 'text[]')} || {self._linked(patients, f's.{_BY_ID}')}"
            index = f"{self._alias}.patient_ids && ({theirs}) and "
        elif self._indexed:
            hashes = [self._keys.target(self._tenant_id, f"Patient/{id}") for id in patients]
            linked = self._linked(patients, "s.patient")
            index = f"{self._alias}.patient = any({self._add(hashes, 'bigint[]')} || {linked}) and "
        return f"({index}({self._alias}.patient_ids <@ {self._same(patients)}) is true)"

    def _same(self, patients: tuple[str, ...]) -> str:
        """These, and whoever is the same person as one of them."""
        return f"({self._add(list(patients), 'text[]')} || {self._linked(patients, 's.patient_id')})"

    def _linked(self, patients: tuple[str, ...], column: str) -> str:
        named = self._add(list(patients), "text[]")
        return (
            f"array(select {column} from record.same_person s "
            f"where s.tenant = {self._tenant} and s.other_id = any({named}))"
        )

    # Leaves that deny: some patient of the row.

    def _barred(self, asked: Barred) -> str:
        category, labels = self._add(asked.category, "text"), f"{self._alias}.labels"
        reaches = (
            f"f.tenant = {self._tenant} and f.kind = {self._add(asked.kind, 'text')} "
            f"and {self._valid(asked.at, open_start=True)} "
            f"and {self._meant('persons', asked.persons)} and {self._meant('roles', (asked.role,))} "
            f"and {self._meant('enterprises', asked.enterprises)}"
        )
        named = f"({category} = any(f.categories) or (f.categories && {labels}) is true)"
        covers = f"(f.categories = '{{}}' or {named} <> f.categories_except)"
        return self._some("barrier", reaches, row=f" and {covers}")

    def _meant(self, dimension: str, asked: tuple[str, ...]) -> str:
        names = self._add(list(asked), "text[]")
        return f"(f.{dimension} = '{{}}' or (f.{dimension} && {names}) <> f.{dimension}_except)"

    def _some(self, table: str, fact: str, *, row: str = "") -> str:
        """`fact` does not depend on the row, `row` does."""
        ids = f"{self._alias}.patient_ids"
        own = f"exists (select from record.{table} f where {fact}{row} and f.patient_id = any({ids}))"
        linked = (
            f"exists (select from record.same_person s join record.{table} f on f.patient_id = s.other_id "
            f"where s.tenant = {self._tenant} and s.patient_id = any({ids}) and {fact}{row})"
        )
        there_are = (
            "" if self._arguments.per_row else f"exists (select from record.{table} f where {fact}) and "
        )
        return f"({there_are}({own} or {self._some_linked}{linked}))"

    # What the resource itself says.

    def _draft_of_another(self, persons: tuple[str, ...]) -> str:
        hers = self._add([f"{DRAFT_OF}{person}" for person in persons], "text[]")
        return (
            f"({self._alias}.labels is not null and exists (select from unnest({self._alias}.labels) l "
            f"where starts_with(l, '{DRAFT_OF}') and l <> all({hers})))"
        )

    def _matching(self, asked: Matching) -> str:
        """As the search terms of tokens and references; the guard asks the resource itself once more."""
        if not self._current:
            return "false"
        tests = []
        for term in terms_of(asked):
            column = "refs" if term.kind == "reference" else "tokens"
            wanted = [key for value in term.values for key in self._keys_of(asked.type, term.param, value)]
            tests.append(f"{self._alias}.{column} && {self._add(wanted, 'bigint[]')}")
        return f"(({conjunction(tests)}) is true)"

    def _keys_of(self, type: str, param: str, value: Value) -> Iterator[int]:
        """As the index row has them: a reference as `Type/id`."""
        if isinstance(value, ReferenceValue):
            yield self._keys.reference(self._tenant_id, type, param, f"{value.type}/{value.id}")
        elif isinstance(value, TokenValue):
            form = forms.asked_token(value.system, value.code)
            yield self._keys.token(self._tenant_id, type, param, "is", form)

    # Parts of both.

    @property
    def _some_linked(self) -> str:
        """Asked once per statement; where the values stand in the rows it would be asked for each."""
        if self._arguments.per_row:
            return ""
        return f"exists (select from record.same_person g where g.tenant = {self._tenant}) and "

    @property
    def _tenant(self) -> str:
        return self._add(self._tenant_id, "int")

    def _valid(self, at: object, *, open_start: bool) -> str:
        moment = self._add(at, "timestamptz")
        begun = f"f.valid_from <= {moment}"
        if open_start:
            begun = f"(f.valid_from is null or {begun})"
        return f"{begun} and (f.valid_to is null or f.valid_to > {moment})"

    def _add(self, value: object, type: str) -> str:
        """The same value is the same argument."""
        key = (type, tuple(value) if isinstance(value, list) else value)
        if key not in self._said:
            self._said[key] = self._arguments.add(value, type)
        return self._said[key]


def _years_before(on: date, years: int) -> int:
    """The day so many years ago as yyyymmdd; in such numbers 29 February comes before 1 March of any year."""
    return (on.year - years) * 10_000 + on.month * 100 + on.day
