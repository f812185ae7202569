"""The policy as data: who, in which role, may do what, on which relation. Signed by two persons; see docs/policy.md.

    Grant('AKS-RULE-CARE-RELATION', roles=('gp',), classes=('clinical', …), purposes=('treatment', …), actions=('read', …),
          relations=('gp-list', 'care-team', …), source='helsepersonelloven §§ 25 og 45; …')

A rule says how a question is judged; the policy says for whom. `*` stands for all.
"""

from functools import cache
from importlib.resources import files

import msgspec

from akson.access.policies.values import Grant, Policy, ProxyLine
from akson.fhir.problem import Problem, ProblemKind

__all__ = ["CURRENT", "Grant", "Policy", "ProxyLine", "current", "parse", "released"]

CURRENT = "2026-11-27-5"
"""Name of the file in force."""
BEFORE = ("2026-11-26", "2026-11-27", "2026-11-27-2", "2026-11-27-3", "2026-11-27-4")
"""Files that earlier releases brought: what was decided under them is replayed under them."""


@cache
def current() -> Policy:
    """The policy that this release brings with it."""
    return _file(CURRENT)


@cache
def released() -> tuple[Policy, ...]:
    """Every policy that a release has brought, the one in force last."""
    return (*(_file(name) for name in BEFORE), current())


def _file(name: str) -> Policy:
    return parse(files("akson.access.policies").joinpath(f"{name}.json").read_bytes())


def parse(data: bytes) -> Policy:
    """Raises Problem INVALID AKS-ACCESS-010 for bytes that are no whole policy: an unknown field is one too many."""
    try:
        return msgspec.json.decode(data, type=Policy)
    except (msgspec.ValidationError, msgspec.DecodeError) as fault:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-ACCESS-010",
            "This is no policy.",
            why=str(fault),
            now="Compare it with the policy in force: akson policy show.",
            permanent=True,
        ) from fault
