"""Faults planted in the rules, one at a time. Each is noticed by the second opinion or by the truth table."""

import pytest
from access_mutants import CODE_MUTANTS, POLICY_MUTANTS
from access_oracle import Opinion
from access_questions import POLICIES, Asked
from test_decide import TABLE, opened

from akson.access.policies import Policy, current
from akson.access.policy import decide, rulings


def _noticed(judged: list[tuple[Asked, Opinion]], policies: dict[int, Policy], own: Policy) -> bool:
    rulings.cache_clear()
    try:
        for one, opinion in judged:
            if decide(*one[:4], policies[id(one.policy)]).permit != opinion.permit:
                return True
        return any(opened(*row[:4], policy=own) != row[4:] for row in TABLE)
    finally:
        rulings.cache_clear()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", POLICY_MUTANTS)
def test_a_fault_in_the_policy_is_noticed(name: str, judged: list[tuple[Asked, Opinion]]) -> None:
    mutate = POLICY_MUTANTS[name]
    assert _noticed(judged, {id(p): mutate(p) for p in POLICIES}, mutate(current()))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", CODE_MUTANTS)
def test_a_fault_in_the_rules_is_noticed(name: str, judged: list[tuple[Asked, Opinion]]) -> None:
    with CODE_MUTANTS[name]():
        assert _noticed(judged, {id(p): p for p in POLICIES}, current())


def test_without_a_fault_nothing_is_noticed(judged: list[tuple[Asked, Opinion]]) -> None:
    assert not _noticed(judged, {id(p): p for p in POLICIES}, current())
    assert len(POLICY_MUTANTS) + len(CODE_MUTANTS) >= 20
