"""The rules, a function each: (Actor, PurposeOfUse, Question, at) -> Ruling or None when the rule has nothing to say.

A rule that permits says how much may be seen (its Restriction). A rule that denies ends the matter: deny outranks
permit, and no permit means no. Each ruling carries a stable id, a legal source and words in bokmål, written so that
the citizen can read them in the log.
"""

from dataclasses import dataclass

from akson.access.decision import Nothing, Reason, Restriction


@dataclass(frozen=True, slots=True)
class Ruling:
    reason: Reason
    restriction: Restriction


def permits(rule: str, words: str, source: str, restriction: Restriction) -> Ruling:
    return Ruling(Reason(rule, "permit", words, source), restriction)


def denies(rule: str, words: str, source: str) -> Ruling:
    return Ruling(Reason(rule, "deny", words, source), Nothing())
