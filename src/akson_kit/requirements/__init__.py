"""The requirements, in order. Each stands in its own file and knows no other."""

from akson_kit.requirements import (
    authentication,
    capability,
    digits_kept,
    refusal_explains,
    version_conflict,
)
from akson_kit.target import Requirement

REQUIREMENTS: tuple[Requirement, ...] = (
    capability.REQUIREMENT,
    authentication.REQUIREMENT,
    digits_kept.REQUIREMENT,
    refusal_explains.REQUIREMENT,
    version_conflict.REQUIREMENT,
)
