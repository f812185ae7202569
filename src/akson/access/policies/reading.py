"""The policy as people read it before they sign: tables in Markdown, bokmål or English. Pure."""

from collections.abc import Iterable

from akson.access import words
from akson.access.policies.signing import digest
from akson.access.policies.values import Policy

Row = tuple[str, ...]

_HEADS: dict[str, tuple[Row, Row]] = {
    "grants": (
        ("regel", "rolle", "tjeneste", "gjelder", "formål", "kan", "når det finnes", "rettslig grunnlag"),
        ("rule", "role", "service", "of", "purpose", "may", "when there is", "legal source"),
    ),
    "proxies": (
        ("grunnlag", "alder", "ser", "bosted", "gradert adresse", "ser ikke", "rettslig grunnlag"),
        ("basis", "age", "sees", "address", "protected address", "does not see", "legal source"),
    ),
    "terms": (("vilkår", "verdi"), ("term", "value")),
}


def as_markdown(policy: Policy, language: str = "nb") -> str:
    """The whole policy. What is not in this text is not in the policy."""
    at = 1 if language == "en" else 0
    titles = (
        ("Hvem kan hva", "Hvem representerer hvem", "Øvrige vilkår"),
        ("Who may what", "Who represents whom", "Other terms"),
    )[at]
    version = ("Regelsett", "Policy")[at]
    return "\n".join(
        (
            f"## {version} {policy.version}\n",
            f"SHA-256 `{digest(policy)}`\n",
            f"### {titles[0]}\n",
            *_table(_HEADS["grants"][at], _grants(policy, language)),
            f"\n### {titles[1]}\n",
            *_table(_HEADS["proxies"][at], _proxies(policy, language)),
            f"\n### {titles[2]}\n",
            *_table(_HEADS["terms"][at], _terms(policy, at)),
            "",
        )
    )


def _grants(policy: Policy, language: str) -> Iterable[Row]:
    for line in policy.grants:
        yield (
            f"`{line.rule}`",
            words.named(line.roles, words.ROLES, language),
            words.named(line.services, words.SERVICES, language),
            words.named(line.classes, words.CLASSES, language),
            words.named(line.purposes, words.PURPOSES, language),
            words.named(line.actions, words.ACTIONS, language),
            words.named(line.relations, words.RELATIONS, language) or "–",
            line.source,
        )


def _proxies(policy: Policy, language: str) -> Iterable[Row]:
    yes, no, shared = (("ja", "nei", "samme som en forelder"), ("yes", "no", "same as a parent"))[
        language == "en"
    ]
    for line in policy.proxies:
        yield (
            words.named((line.basis,), words.BASES, language),
            f"{line.from_age}–{line.until_age - 1}",
            words.named(line.classes, words.CLASSES, language),
            shared if line.shares_address else "–",
            yes if line.protected_address else no,
            ", ".join(line.withheld) or "–",
            line.source,
        )


def _terms(policy: Policy, at: int) -> Iterable[Row]:
    language = ("nb", "en")[at]
    terms: tuple[tuple[words.Words, str], ...] = (
        (("utgave av reglene", "edition of the rules"), str(policy.edition)),
        (("tillitsmodell", "trust model"), words.named((policy.trust_model,), words.MODELS, language)),
        (("virksomheter i avtalen", "enterprises in the agreement"), ", ".join(policy.agreement)),
        (
            ("innloggingsnivå", "level of login"),
            ", ".join(f"{kind} {level}" for kind, level in sorted(policy.levels.items())),
        ),
        (
            ("roller uten innsyn i journal", "roles without a view of records"),
            words.named(policy.clerical, words.ROLES, language),
        ),
        (
            ("varer i timer", "lasts, in hours"),
            ", ".join(
                f"{words.named((kind,), words.RELATIONS, language)} {hours}"
                for kind, hours in sorted(policy.hours.items())
            ),
        ),
        (("merker som sperrer", "labels that restrict"), ", ".join(policy.labels.restricted)),
        (("merker som skjules for innbygger", "labels withheld"), ", ".join(policy.labels.withheld)),
        (
            ("merker som skjules for ungdom", "labels withheld from youth"),
            ", ".join(policy.labels.withheld_youth),
        ),
        (("ungdom til alder", "youth until age"), str(policy.youth_until)),
        (
            ("merker som ikke deles med andre virksomheter", "labels not shared with other enterprises"),
            ", ".join(policy.labels.not_attested),
        ),
    )
    return ((name[at], value or "–") for name, value in terms)


def _table(head: Row, rows: Iterable[Row]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
