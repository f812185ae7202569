"""A referral letter as facts."""

from dataclasses import dataclass

from akson.exchange.components import referral_1_0, referral_1_1
from akson.exchange.message_type import StayEffect, Version
from akson.exchange.schema import Coded, Values

EMERGENCY = "0"
"""8306, in 1.0 also 8304: at once."""


@dataclass(frozen=True, slots=True)
class ReferralLetter:
    status: str
    about: Coded
    urgency: Coded
    diagnoses: tuple[str, ...]
    emergency: bool
    """Such a message is always taken when it can be read (message_type.is_emergency)."""


class ReferralLetterMessage:
    """`MessageType` of HENVISNING."""

    code = "HENVISNING"
    words = "Henvisning"
    title = "Henvisning"
    task = "referral"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = (
        Version(
            "1.1",
            referral_1_1.MESSAGE,
            {None: referral_1_1.NAMESPACE},
            apprec="1.1",
        ),
        Version("1.0", referral_1_0.MESSAGE, {None: referral_1_0.NAMESPACE}, apprec="1.0"),
    )
    stay: StayEffect | None = None

    def parse(self, content: Values) -> ReferralLetter:
        referral = content["ServReq"]
        concepts = (_concept(diagnosis) for diagnosis in _several(referral.get("Diagnosis")))
        wanted = _several(referral.get("ReqServ"))
        told = (service["Priority"] for service in wanted if isinstance(service.get("Priority"), Coded))
        urgency = next(told, Coded())
        return ReferralLetter(
            status=referral["ServType"].v if "ServType" in referral else "",
            about=referral.get("MsgDescr", Coded()),
            urgency=urgency,
            diagnoses=tuple(words for words in concepts if words),
            emergency=urgency.v == EMERGENCY,
        )

    def status(self, facts: ReferralLetter) -> str:
        return facts.status

    def summary(self, facts: ReferralLetter) -> str:
        told = [f"{self.words}{f': {facts.about.words}' if facts.about.words else ''}."]
        if facts.urgency.words:
            told.append(f"Hastegrad: {facts.urgency.words}.")
        if facts.diagnoses:
            told.append(f"Diagnoser: {', '.join(facts.diagnoses)}.")
        return " ".join(told)


def _several(value: object) -> tuple[Values, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)  # type: ignore[return-value]


def _concept(diagnosis: Values) -> str:
    concept = diagnosis.get("Concept")
    return concept.words if isinstance(concept, Coded) else ""


MESSAGE = ReferralLetterMessage()
