"""Dialogue messages as facts. The format stands in components/dialogue.py, for an extract of a record may hold one too."""

from dataclasses import dataclass
from typing import Any

from akson.exchange import times
from akson.exchange.components import dialogue
from akson.exchange.message_type import NEW, StayEffect, Version
from akson.exchange.schema import Coded, Formatted, Values

FIRST = Version("1.0", dialogue.STRUCTURE_1_0, dialogue.PREFIXES_1_0, apprec="1.0")
SECOND = Version("1.1", dialogue.STRUCTURE, dialogue.PREFIXES, apprec="1.1")
BRIEF_MAX = 300
"""Characters."""
_THREE_DAYS_H = 72
"""HISD 80806 chapter 6: a request is answered within three days."""


@dataclass(frozen=True, slots=True)
class Said:
    """One request or note."""

    about: Coded
    """9152-9154 of a request; 7321, 7322, 8117, 9069, 9148 or 9155 of a note."""
    topic: str
    text: str
    date: str
    answered: Coded | None
    """The request that a note answers."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class DialogueMessage:
    """`MessageType` of a dialogue message."""

    code: str
    words: str
    title: str
    task: str
    versions: tuple[Version, ...]
    answer_within_h: int | None = None
    stay: StayEffect | None = None

    def parse(self, content: Values) -> Dialogue:
        requests = (_request(values) for values in content.get("Foresporsel", ()))
        notes = (_note(values) for values in content.get("Notat", ()))
        return Dialogue((*requests, *notes))

    def status(self, facts: Dialogue) -> str:
        return NEW

    def summary(self, facts: Dialogue) -> str:
        told = (_sentence(said) for said in facts.said)
        return " ".join(part for part in (f"{self.words}.", *told) if part)


def _request(values: Values) -> Said:
    return Said(
        values["TypeForesp"], _line(values.get("EmneSporsmal")), _line(values.get("Sporsmal")), "", None
    )


def _note(values: Values) -> Said:
    return Said(
        about=values["TemaKodet"],
        topic=_line(values.get("Tema")),
        text=_line(values.get("TekstNotatInnhold")),
        date=values.get("DatoNotat", ""),
        answered=values.get("Foresporsel", {}).get("TypeForesp"),
    )


def _line(value: Any) -> str:
    return " ".join((value.words if isinstance(value, Formatted) else value or "").split())


def _sentence(said: Said) -> str:
    date = f" ({times.words(said.date)})" if said.date else ""
    head = ": ".join(part for part in (said.about.words.rstrip("."), said.topic) if part)
    text = said.text if len(said.text) <= BRIEF_MAX else f"{said.text[:BRIEF_MAX]} …"
    answered = f" Svar på: {said.answered.words}." if said.answered and said.answered.words else ""
    return f"{head}{date}.{answered} {text}".strip() if head else text


MESSAGES = (
    DialogueMessage(
        "DIALOG_AVVIK",
        "Tilbakemelding om feil i mottatt melding",
        "Feil i melding vi har sendt",
        "dialogue-fault",
        (FIRST,),
    ),
    DialogueMessage(
        "DIALOG_FORESPORSEL", "Forespørsel", "Forespørsel", "dialogue-request", (SECOND, FIRST), _THREE_DAYS_H
    ),
    DialogueMessage(
        "DIALOG_HELSEFAGLIG",
        "Helsefaglig dialog",
        "Helsefaglig dialog",
        "clinical-dialogue",
        (SECOND,),
        _THREE_DAYS_H,
    ),
    DialogueMessage("DIALOG_NOTAT", "Notat", "Notat", "dialogue-note", (SECOND, FIRST)),
    DialogueMessage(
        "DIALOG_STATUS_HENVISNING",
        "Status på henvisning",
        "Status på henvisning",
        "referral-status",
        (SECOND,),
    ),
    DialogueMessage(
        "DIALOG_SVAR", "Svar på forespørsel", "Svar på forespørsel", "dialogue-answer", (SECOND, FIRST)
    ),
)
