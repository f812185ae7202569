"""Requests between the care service and the GP: which message answers one, when it is late, who sees to it, when to phone.

    gp_threads(heard.others, rules.load(), now)
    [GpThread(request="Communication/ab", by="us", state="overdue", answer_type="DIALOG_SVAR", due=…, …)]

Source: HISD 80806:2012, chapters 6-7; the hours stand in rules/editions.toml.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.pathway import said, times
from akson.care.pathway.conversation import Line, conversation
from akson.care.pathway.rules import Edition, Rules
from akson.care.pathway.said import Said, local_day

DONE, OPEN, OVERDUE, ESCALATED, NOT_NEEDED = "done", "open", "overdue", "escalated", "not-needed"
_ASKS = (said.REQUEST, said.STATUS_REQUEST)
_STATUS_REPORT = "2"  # 9137
_SETS = {said.US: "9152", said.GP: "9153", said.OTHER: "9153", said.HOSPITAL: "9154"}
_TO_DOCTOR_ANSWERS = ("MEDISINSKE_OPPLYSNINGER", "DIALOG_SVAR")
"""Helseopplysninger til lege that ask for an assessment (9137) are answered with these."""
FALLBACK = ("DIALOG_SVAR",)


@dataclass(frozen=True, slots=True)
class GpThread:
    request: str
    """`Communication/ab`."""
    by: str
    """Who asked: `us`, `gp`, …"""
    code: str
    """`9152:6`; "" of what is no coded request."""
    answer_types: tuple[str, ...]
    """Types (8279) of message that answer it, the right one first: the form that is opened."""
    state: str
    """`done`, `open`, `overdue`, `escalated`, `not-needed`."""
    due: datetime
    why: str
    now_do: str
    action: str
    """`answer-request`, `phone`, ""."""
    owner: str
    """`nurse`; `leader` once it is escalated."""
    phone_by: datetime | None
    """When it is urgent: the phone must have been used by then, in addition to the message."""
    interim: str
    """`Communication/…` of a preliminary answer, or ""."""
    deviation: str
    """`Communication/…` of the complaint of the request or of an answer, or "": the link is kept."""
    lines: tuple[Line, ...]
    """The thread as one conversation."""
    title: str = ""
    asks: bool = True
    """Whether an answer is owed; else it is told alone, and hurries."""
    turns: tuple[datetime, ...] = ()
    """When it turns though nobody says a word: late, and the leader's."""

    @property
    def answer_type(self) -> str:
        return self.answer_types[0]


def gp_threads(every: Iterable[Said], rules: Rules, now: datetime) -> list[GpThread]:
    """Requests that stand, newest last; each with all that was said in answer to it."""
    heard = sorted(every, key=lambda s: (s.sent or s.told, s.told, s.message))
    asked = [s for s in heard if _asks(s) and not s.undone]
    return [_thread(one, heard, rules.at(local_day(one.told)), now) for one in asked]


def _asks(one: Said) -> bool:
    if one.kind == said.TO_DOCTOR:
        # A report of status asks nothing, and what answers a request asks nothing anew.
        return one.code not in (_STATUS_REPORT, "cancellation") and not one.answers
    return (one.kind in _ASKS or _calls(one)) and one.code != "cancellation"


def _calls(one: Said) -> bool:
    """Told, and not asked; but it hurries, so that somebody must be phoned."""
    return one.kind == said.NOTE and one.urgent and not one.answers


def answer_types(one: Said, edition: Edition) -> tuple[str, ...]:
    if one.kind == said.TO_DOCTOR:
        return _TO_DOCTOR_ANSWERS
    return edition.gp.answers.get(_code(one), FALLBACK)


def forms(system: str, code: str, edition: Edition) -> tuple[str, ...]:
    """As `answer_types`, from the code of a request alone: its list (`…9154` is the hospitals') and code."""
    asker = "9154" if system.endswith("9154") else "9153"
    return edition.gp.answers.get(f"{asker}:{code}", FALLBACK)


def _code(one: Said) -> str:
    if one.kind == said.TO_DOCTOR:
        return f"9137:{one.code}"
    return f"{_SETS.get(one.by, '9153')}:{one.code}"


def _due(one: Said, interim: Sequence[Said], edition: Edition) -> datetime:
    """Three days; an interim answer within them gives the time that an assessment takes."""
    first = times.later(one.told, edition.gp.hours)
    if interim and interim[0].told <= first:
        return times.later(interim[0].told, edition.gp.interim_hours)
    return first


def _thread(one: Said, heard: Sequence[Said], edition: Edition, now: datetime) -> GpThread:
    followed = _followed(one, heard)
    answers = [s for s in followed if s.by != one.by and s.kind != said.DEVIATION and not s.undone]
    # A note in answer is preliminary: the answer itself is of the types that answer the code, or a clinical dialogue.
    final = [s for s in answers if _ends(s) and not _refused(s)]
    interim = [s for s in answers if not _ends(s) and not _refused(s)]
    deviation = next((s for s in followed if s.kind == said.DEVIATION and not s.undone), None)
    due = _due(one, interim, edition)
    state, why = _state(one, final, interim, deviation, due, edition, now)
    waits = state in (OPEN, OVERDUE, ESCALATED)
    ours = one.by == said.US
    late = state in (OVERDUE, ESCALATED)
    return GpThread(
        request=one.message,
        by=one.by,
        code=_code(one) if one.code else "",
        answer_types=answer_types(one, edition),
        state=state,
        due=due,
        why=why,
        now_do=_now_do(ours, late, edition) if waits else "",
        action=("phone" if late else "") if ours and waits else "answer-request" if waits else "",
        owner="leader" if state == ESCALATED else "nurse",
        phone_by=times.later(one.told, edition.gp.phone_hours) if one.urgent and waits else None,
        interim=interim[0].message if interim else "",
        deviation=deviation.message if deviation else "",
        lines=tuple(conversation([one, *followed])),
        title=one.title or one.kind,
        asks=not _calls(one),
        turns=(due, times.later(due, edition.gp.escalate_hours - edition.gp.hours)) if waits else (),
    )


def _ends(answer: Said) -> bool:
    return answer.kind != said.NOTE or answer.clinical


def _now_do(ours: bool, late: bool, edition: Edition) -> str:
    if not ours:
        return edition.gp.answer_do
    return edition.gp.overdue_do if late else ""


def _state(
    one: Said,
    final: Sequence[Said],
    interim: Sequence[Said],
    deviation: Said | None,
    due: datetime,
    edition: Edition,
    now: datetime,
) -> tuple[str, str]:
    if final:
        return DONE, f"Besvart {times.words(final[0].told)}."
    if deviation is not None and deviation.answers == one.message:
        return NOT_NEEDED, f"Mottaker meldte feil i forespørselen {times.words(deviation.told)}."
    if interim and now <= due:
        return (
            OPEN,
            f"Foreløpig svar {times.words(interim[0].told)}; endelig svar ventes innen {times.words(due)}.",
        )
    if now <= due:
        return OPEN, f"Frist {times.words(due)}, om {times.span(due - now)}."
    late = f"Fristen var {times.words(due)}, for {times.span(now - due)} siden."
    if now > times.later(due, edition.gp.escalate_hours - edition.gp.hours):
        return ESCALATED, f"{late} Saken er gått til leder."
    return OVERDUE, late


def _followed(one: Said, heard: Sequence[Said]) -> list[Said]:
    """What answers it, and what answers that."""
    about = {one.message}
    found = list[Said]()
    for s in heard:
        if s.message != one.message and s.answers in about:
            found.append(s)
            about.add(s.message)
    return found


def _refused(one: Said) -> bool:
    return one.receipt is not None and one.receipt.state in said.NOT_HEARD
