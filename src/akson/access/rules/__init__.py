"""The rules: a small function each, with an id, a legal source, and words in bokmål and English.

A function gets what is asked and says of how much the rule speaks (a Restriction), or None when it has nothing to say. A
rule that permits opens what satisfies the restriction; a rule that denies closes it, whoever permits. The words are
written so that the citizen can read them in the log.
"""

from collections.abc import Callable
from dataclasses import dataclass

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.data_classes import DataClass
from akson.access.decision import Question, Reason, Restriction
from akson.access.policies.values import Policy

LOG = ("log",)
FOLLOWED_UP = ("log", "notify-citizen", "review")


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything but the facts."""

    actor: Actor
    purpose: PurposeOfUse
    question: Question
    policy: Policy
    data_class: DataClass

    @property
    def own_staff(self) -> bool:
        """Works in the municipality itself; another enterprise's staff come as attested."""
        return self.actor.kind is ActorKind.PRACTITIONER and self.actor.attested is None

    def granted(self, rule: str) -> tuple[str, ...] | None:
        """The kinds of relation on which the policy's table lets this rule speak; None when it does not."""
        return self.policy.granted(
            rule,
            self.actor.role,
            self.actor.service,
            self.data_class.value,
            self.purpose.value,
            self.question.action,
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule that spoke: why, and of what."""

    reason: Reason
    restriction: Restriction
    obligations: tuple[str, ...] = LOG


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it stands in RULES; calling it judges."""

    id: str
    effect: str
    source: str
    words: str
    """Bokmål; may name {name} and {unit} of the actor."""
    words_en: str
    obligations: tuple[str, ...]
    concealed: bool
    judge: Callable[[Asked], Restriction | None]

    def __call__(self, asked: Asked) -> Ruling | None:
        restriction = self.judge(asked)
        if restriction is None:
            return None
        return Ruling(self.reason(asked.actor), restriction, self.obligations)

    def reason(self, actor: Actor) -> Reason:
        """The rule in words, with the names of the one who asks."""

        def said(text: str, nobody: str) -> str:
            if "{" not in text:
                return text
            return text.replace("{name}", actor.name).replace("{unit}", actor.unit_name or nobody)

        words, words_en = said(self.words, "Tjenesten"), said(self.words_en, "The service")
        return Reason(self.id, self.effect, words, self.source, words_en, self.concealed)


def permits(
    id: str, *, source: str, words: str, words_en: str, obligations: tuple[str, ...] = LOG
) -> Callable[[Callable[[Asked], Restriction | None]], Rule]:
    """Makes a function a rule that permits what its restriction says."""
    return lambda judge: Rule(id, "permit", source, words, words_en, obligations, False, judge)


def denies(
    id: str,
    *,
    source: str,
    words: str,
    words_en: str,
    obligations: tuple[str, ...] = LOG,
    concealed: bool = False,
) -> Callable[[Callable[[Asked], Restriction | None]], Rule]:
    """Makes a function a rule that denies what its restriction says, whoever permits it."""
    return lambda judge: Rule(id, "deny", source, words, words_en, obligations, concealed, judge)
