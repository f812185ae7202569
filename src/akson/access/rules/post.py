"""What the message officer may do with a message that waits for her: find whose it is, and open it with a ground.

She has no duty that needs a record (`duty.no_duty`); these are the three things she is let do all the same, each by an
action of its own, so that nothing else opens by it. For which role, the policy's table says.
"""

from akson.access.algebra import negated
from akson.access.decision import Everything, NoPatient, Restriction
from akson.access.rules import FOLLOWED_UP, Asked, permits

OPEN_MESSAGE, MATCH_MESSAGE, FIND = "open-message", "match-message", "identify"
DUTIES = {
    OPEN_MESSAGE: "AKS-RULE-OPEN-MESSAGE",
    MATCH_MESSAGE: "AKS-RULE-MATCH-MESSAGE",
    FIND: "AKS-RULE-FIND-FOR-MESSAGE",
}
"""Action -> the rule whose grant makes it a duty."""


def on_duty(asked: Asked) -> bool:
    """Whether the table gives this role a duty of the post that this very question belongs to."""
    rule = DUTIES.get(asked.question.action)
    return rule is not None and asked.own_staff and asked.granted(rule) is not None


@permits(
    "AKS-RULE-OPEN-MESSAGE",
    source="pasientjournalloven §§ 16 og 22; helsepersonelloven § 25 andre ledd",
    words="{name} tar seg av meldinger som ikke kom fram, og åpnet en melding om deg.",
    words_en="{name} sees to messages that did not arrive, and opened a message about you.",
    obligations=FOLLOWED_UP,
)
def open_message(asked: Asked) -> Restriction | None:
    """One message at a time, with a ground, told and reviewed; of the record itself nothing."""
    return Everything() if asked.question.action == OPEN_MESSAGE and on_duty(asked) else None


@permits(
    "AKS-RULE-MATCH-MESSAGE",
    source="pasientjournalloven § 22; pasientjournalforskriften § 6",
    words="{name} knyttet en melding til journalen din, eller tok den bort igjen.",
    words_en="{name} placed a message in your record, or took it out again.",
)
def match_message(asked: Asked) -> Restriction | None:
    """A received message is given to the patient it is about, or taken back."""
    meant = asked.question.action == MATCH_MESSAGE and on_duty(asked)
    return negated(NoPatient()) if meant else None


@permits(
    "AKS-RULE-FIND-FOR-MESSAGE",
    source="pasientjournalloven § 22; pasientjournalforskriften § 6",
    words="{name} søkte deg fram for å finne hvem en melding gjelder.",
    words_en="{name} looked you up in order to find whom a message is about.",
)
def find_for_message(asked: Asked) -> Restriction | None:
    """Name, date of birth and number alone; everything beyond identity is redacted."""
    meant = asked.question.action == FIND and asked.question.type == "Patient" and on_duty(asked)
    return negated(NoPatient()) if meant else None
