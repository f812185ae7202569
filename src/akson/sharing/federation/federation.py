"""From one of ours who looks at a patient to what the neighbours say of her: leave, log, token, questions.

    federation = Federation(us, tokens, network, clock=…)
    asked = await federation.ask(session, leave, subject, questions, sources, finds=finder.find)
    asked.answers          one Answer for each question, in order; asked.degraded when the index was silent

    session.leave_to_ask   may she, and by which care relation
    session.ask_elsewhere  the line in the patient's log → id of the decision
    tokens.of              one token for all of it: who asks, and our attestation for this one patient
    asking.ask             every source at once, each question within the same budget

When no token is to be had nobody is asked, and the Answer says so of each source.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from akson.access.actor import Actor
from akson.fhir.problem import Problem
from akson.identity.attestation.making import Place, Statement, Unit, attestation, stated
from akson.identity.attestation.model import PARAMETERS_TYPE
from akson.identity.openid.person_tokens import Subject
from akson.record.acts.ask_elsewhere import Leave
from akson.record.session import RecordSession
from akson.sharing.classes import SharedClass
from akson.sharing.federation.asking import BUDGET_S, Breakers, OneAsking, ask
from akson.sharing.keys import Key
from akson.sharing.network import Network
from akson.sharing.values import Answer, Outcome, Part, Question, Source
from akson.world import Clock

THE_INDEX = "oversikten over hvem som har opplysninger"
UNVOUCHED = "Ikke spurt: innloggingstjenesten bekreftet ikke hvem som spør."

WORDS: Mapping[SharedClass, str] = {
    SharedClass.CRITICAL: "kritisk informasjon",
    SharedClass.MEDICATION: "legemidler",
    SharedClass.PLAN: "planer",
    SharedClass.RESULTS: "prøvesvar",
    SharedClass.MEASUREMENTS: "målinger",
    SharedClass.NOTES: "notater",
    SharedClass.DOCUMENTS: "dokumenter",
    SharedClass.SERVICES: "tjenester og avtaler",
    SharedClass.PROBLEMS: "diagnoser og inngrep",
    SharedClass.PERSON: "personopplysninger",
    SharedClass.OTHER: "annet",
}
"""As the citizen reads them in her log: `Spurte Lillefjord kommune om legemidler.`"""


class Tokens(Protocol):
    """`identity.openid.person_tokens.PersonTokens`."""

    async def of(self, subject: Subject, decision: str, details: Sequence[Mapping[str, Any]]) -> Key: ...


@dataclass(frozen=True, slots=True)
class Us:
    """The enterprise that asks, as its attestations name it."""

    org: str
    name: str
    service: tuple[str, str] = ("KP02", "Helsetjenester i hjemmet")
    """Code and text of 8663, for those whose login does not tell."""


class Narrowed(Protocol):
    """Whom to ask about each kind: `sharing.location.finding.Found`."""

    @property
    def sources(self) -> tuple[Source, ...]: ...
    @property
    def degraded(self) -> str: ...
    def of(self, kind: SharedClass) -> tuple[Source, ...]: ...
    def instead(self, part: Part) -> Source | None:
        """Whom to ask as well, when this is all that a copy said."""
        ...


Finds = Callable[[str, Key], Awaitable[Narrowed]]


@dataclass(frozen=True, slots=True)
class All:
    sources: tuple[Source, ...]
    degraded: str = ""

    def of(self, kind: SharedClass) -> tuple[Source, ...]:
        return self.sources

    def instead(self, part: Part) -> Source | None:
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    answers: tuple[Answer, ...]
    """One for each question, in order."""
    degraded: str = ""
    """In words, when it could not be found out who holds something."""


class Federation:
    """Built once for each process: it remembers who has failed of late."""

    def __init__(
        self, us: Us, tokens: Tokens, network: Network, *, clock: Clock, budget_s: float = BUDGET_S
    ) -> None:
        self.us = us
        self.breakers = Breakers()
        self._tokens = tokens
        self._network = network
        self._clock = clock
        self._budget_s = budget_s

    async def ask(
        self,
        session: RecordSession,
        leave: Leave,
        subject: Subject,
        questions: Sequence[Question],
        sources: Sequence[Source],
        *,
        finds: Finds | None = None,
    ) -> Asked:
        """Raises nothing of what sources or the issuer do. `questions` are all of the one patient of `leave`.

        `finds` narrows `sources` to those that hold something of the kind that is asked for; it is asked first.
        """
        (person,) = {question.person for question in questions}
        about = ", ".join(dict.fromkeys(WORDS[question.kind] for question in questions))
        first = [THE_INDEX] if finds else [source.name for source in sources]
        decision = await session.ask_elsewhere(leave, first, about)
        loop = asyncio.get_running_loop()
        key = await self.key(session, leave, subject, person, decision)
        ends = loop.time() + self._budget_s
        if key is None:
            none = tuple(Part(source, Outcome.SPARED, why=UNVOUCHED) for source in sources)
            return Asked(tuple(Answer(question, decision, none) for question in questions))
        narrowed: Narrowed = await finds(person, key) if finds else All(tuple(sources))
        asked = list(dict.fromkeys(source.name for q in questions for source in narrowed.of(q.kind)))
        if finds and asked:
            await session.ask_elsewhere(leave, asked, about)
        watch = OneAsking(self.breakers)
        answers = await asyncio.gather(
            *(self._asked(q, narrowed.of(q.kind), key, watch, ends - loop.time()) for q in questions)
        )
        # Asked first, a copy may be silent, or hold nothing of one who wants no copy: then who wrote it is asked.
        rest = [[s for p in a.parts if (s := narrowed.instead(p))] for a in answers]
        if more := list(dict.fromkeys(source.name for sources in rest for source in sources)):
            await session.ask_elsewhere(leave, more, about)
            answers = await asyncio.gather(
                *(
                    self._more(a, r, narrowed, key, watch, ends - loop.time())
                    for a, r in zip(answers, rest, strict=True)
                )
            )
        watch.end(self._clock.now())
        return Asked(tuple(answers), narrowed.degraded)

    async def _more(
        self,
        answer: Answer,
        sources: Sequence[Source],
        narrowed: Narrowed,
        key: Key,
        watch: OneAsking,
        left_s: float,
    ) -> Answer:
        """What the sources say stands in the place of what their copies did not."""
        more = await self._asked(answer.question, sources, key, watch, left_s) if sources else answer
        kept = tuple(part for part in answer.parts if narrowed.instead(part) is None)
        return replace(answer, parts=(*kept, *more.parts)) if sources else answer

    async def _asked(
        self, question: Question, sources: Sequence[Source], key: Key, watch: OneAsking, left_s: float
    ) -> Answer:
        return await ask(
            question,
            sources,
            key=key,
            network=self._network,
            breakers=watch,
            clock=self._clock,
            budget_s=left_s,
        )

    async def key(
        self, session: RecordSession, leave: Leave, subject: Subject, person: str, decision: str
    ) -> Key | None:
        """For some minutes, about this one person, under a decision that stands in her log. None when none is to be had."""
        statement = self.statement(session, leave, subject, person)
        details = [{"type": PARAMETERS_TYPE, **attestation(statement, self._clock.now())}]
        try:
            async with asyncio.timeout(self._budget_s):
                return await self._tokens.of(subject, decision, details)
        except (Problem, TimeoutError):
            return None

    def statement(self, session: RecordSession, leave: Leave, subject: Subject, person: str) -> Statement:
        """What we vouch for: this user, here, for this one patient, on this relation."""
        actor: Actor = session.actor
        code, text = self.us.service
        return stated(
            actor,
            leave.relation,
            national_id=subject.national_id,
            place=Place(Unit(self.us.org, self.us.name)),
            purpose=session.purpose_of_use,
            service=(actor.service, text) if actor.service and actor.service != code else (code, text),
            details=None,
            patients=(person,),
        )
