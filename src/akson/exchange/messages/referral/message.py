"""A referral as facts."""

from dataclasses import dataclass

from akson.exchange.message_type import StayEffect, Version
from akson.exchange.messages.referral.format import VERSIONS
from akson.exchange.schema import Coded, Values

EMERGENCY = "0"
"""8306: at once."""


@dataclass(frozen=True, slots=True)
class Referral:
    status: str
    urgency: Coded
    diagnoses: tuple[str, ...]
    content: Coded
    document: str
    emergency: bool
    """Such a message is always taken when it can be read (message_type.is_emergency)."""


@dataclass(frozen=True, slots=True)
class ReferralMessage:
    """`MessageType` of a referral in MsgHead."""

    code: str
    words: str
    title: str
    task: str = "referral"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = VERSIONS
    stay: StayEffect | None = None

    def parse(self, content: Values) -> Referral:
        concepts = (diagnosis["Concept"].words for diagnosis in content.get("Diagnosis", ()))
        return Referral(
            status=content["ServType"].v,
            urgency=content["ReqServ"]["Priority"],
            diagnoses=tuple(words for words in concepts if words),
            content=content["TypeInnholdIMelding"]["TypeInnhold"],
            document=content["DocumentId"].strip(),
            emergency=content["ReqServ"]["Priority"].v == EMERGENCY,
        )

    def status(self, facts: Referral) -> str:
        return facts.status

    def summary(self, facts: Referral) -> str:
        told = [f"{self.words}{f': {facts.content.words}' if facts.content.words else ''}."]
        if facts.urgency.words:
            told.append(f"Hastegrad: {facts.urgency.words}.")
        if facts.diagnoses:
            told.append(f"Diagnoser: {', '.join(facts.diagnoses)}.")
        return " ".join(told)


MESSAGES = (
    ReferralMessage("HENVISNING_NYTILSTAND", "Henvisning ny tilstand", "Henvisning"),
    ReferralMessage("HENVISNING_VIDERE", "Viderehenvisning", "Viderehenvisning"),
)
