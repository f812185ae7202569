"""How search refuses: one function per kind of refusal. The caller's values are not repeated, only names."""

from akson.fhir.problem import Problem, ProblemKind

SHOWN_MAX = 64
"""Characters of a name that a refusal repeats."""


def unknown_parameter(type: str, name: str, offered: list[str]) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-FHIR-301",
        f"{type} has no search parameter {name[:SHOWN_MAX]!r}.",
        now="It has: " + ", ".join(offered) + ".",
    )


def no_modifier(name: str, modifier: str, offered: list[str]) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-FHIR-302",
        f"The search parameter {name[:SHOWN_MAX]!r} has no modifier {modifier[:SHOWN_MAX]!r} here.",
        now="It offers: " + (", ".join(":" + m for m in offered) or "none") + ".",
    )


def not_offered(what: str, now: str = "") -> Problem:
    return Problem(ProblemKind.UNSUPPORTED, "AKS-FHIR-302", what, now=now)


def too_many(what: str) -> Problem:
    return Problem(ProblemKind.TOO_LARGE, "AKS-FHIR-303", what)


def bad_chain(name: str, why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-304",
        f"The chained parameter {name[:SHOWN_MAX]!r} cannot be followed.",
        why=why,
        code="value",
    )


def bad_filter(why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-FHIR-307",
        "The _filter cannot be read.",
        why=why,
        now='Write for instance: name co "ås" and (birthdate ge 1940 or not(gender eq male)).',
        code="value",
    )


def unknown_words(param: str, what: str) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-FHIR-308",
        f"The terms asked for with {param[:SHOWN_MAX]!r} are not known here.",
        why=what,
        now="List the codes themselves, joined by commas.",
    )
