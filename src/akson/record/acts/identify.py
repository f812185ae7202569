"""Finding one person before her record is opened with a ground: by national id, or by name and date of birth, exactly.

    identify(session, national_id="12854200281")                                  -> (Identity(id='astrid', …),)
    identify(session, name="Astrid Bakken", birth_date=date(1942, 5, 12))

What comes back is who she is and nothing else. Who may not identify her gets the same empty answer as for nobody, and the
attempt stands in her log. Source: helsepersonelloven § 7; pasientjournalforskriften § 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from akson.access.decision import Everything
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.query import DateValue, Query, StringValue, Term, TokenValue
from akson.fhir.search.values.string import fold
from akson.record.explanation import refusal
from akson.store.values import StoredVersion

if TYPE_CHECKING:
    from akson.record.session import RecordSession

ACTION = "identify"
NOBODY = "-"
"""An id that is nobody's."""
NAMES_LEAST = 2
"""Words of a name: a first name and a date of birth would be a list of people."""
CANDIDATES_MAX = 100
IDENTITIES_MAX = 5


@dataclass(frozen=True, slots=True)
class Identity:
    """What a person is recognised by."""

    id: str
    given: str
    family: str
    birth_date: str
    gender: str
    national_id: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.given, self.family) if part)


async def identify(
    session: "RecordSession", *, national_id: str = "", name: str = "", birth_date: date | None = None
) -> tuple[Identity, ...]:
    """Those whom it fits; more than one only for people of one name and day. Raises Problem INVALID AKS-RECORD-052."""
    found = await _meant(session, national_id, name, birth_date)
    # Asked also where nobody is found, so that missing takes as long as hidden.
    await session.judge.learn([v.id for v in found] or (NOBODY,))
    shown, events = [], []
    for version in found:
        decision = session.judge.decide(ACTION, version)
        if decision.permit:
            shown.append(version)
        else:
            decision = refusal(decision)
        evidence = session.judge.evidence(ACTION, version)
        named = [f"Patient/{version.id}/{version.version}"] if decision.permit else []
        events += session.events.make(ACTION, decision, {version.id: named}, at=session.at, evidence=evidence)
    await session.record.log.append(
        events
        or session.events.make(ACTION, session.judge.general(ACTION, "Patient"), {"": []}, at=session.at)
    )
    return tuple(identity(version) for version in session.leaving(ACTION, shown[:IDENTITIES_MAX]))


async def _meant(
    session: "RecordSession", national_id: str, name: str, birth_date: date | None
) -> list[StoredVersion]:
    """Whom the question is about, whoever asks: each is decided on next, so that a refusal stands in her own log.

    An exact question finds at most a few, so nothing is counted or cut off before the decision.
    """
    words = _words(name)
    if national_id:
        terms = (Term("identifier", "token", None, (TokenValue(None, national_id.replace(" ", "")),)),)
    elif birth_date is not None and len(words) >= NAMES_LEAST:
        start = datetime(birth_date.year, birth_date.month, birth_date.day, tzinfo=UTC)
        born = DateValue("eq", start, start + timedelta(days=1))
        terms = (
            Term("birthdate", "date", None, (born,)),
            *(Term("name", "string", None, (StringValue(word),)) for word in words),
        )
    else:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-RECORD-052",
            "This does not name one person.",
            why="A person is identified by national id, or by first and last name with date of birth.",
            now="Give the national id, or both names and the whole date of birth.",
        )
    page = await session.record.store.search(
        session.actor.tenant,
        Query("Patient", terms, count=CANDIDATES_MAX),
        restriction=lambda type: Everything(),
        redactions=session.judge.redactions(ACTION),
    )
    return [v for v in page.matches if national_id or set(words) <= _names(json.parse(v.body or b"{}"))]


def identity(version: StoredVersion) -> Identity:
    body = json.parse(version.body or b"{}")
    name: dict[str, Any] = next(iter(body.get("name") or ()), {})
    ids: Sequence[dict[str, Any]] = body.get("identifier") or []
    return Identity(
        version.id,
        " ".join(name.get("given", ())),
        name.get("family", ""),
        body.get("birthDate", ""),
        body.get("gender", ""),
        next((str(i["value"]) for i in ids if i.get("value")), ""),
    )


def _words(name: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in name.replace(",", " ").split())


def _names(patient: dict[str, Any]) -> set[str]:
    """Every word of her names: a beginning of one is not the name."""
    return {
        word
        for name in patient.get("name") or ()
        for part in (*name.get("given", ()), name.get("family", ""), name.get("text", ""))
        for word in _words(part)
    }
