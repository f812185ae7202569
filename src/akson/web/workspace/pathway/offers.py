"""What can be done about a step, in one click and without typing: the engine's action as a link or a filled-in form.

`answer` is built from the promise: a bed that is held already, else the next one that is free, else home.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import quote

from akson.care.casework.rows import NORWAY
from akson.care.fhir_json import Resource, instant
from akson.care.pathway import answers, said
from akson.care.pathway.effects import STEP_KEY
from akson.care.pathway.rules import US
from akson.care.pathway.said import Answer, Said
from akson.care.pathway.stay import READY, Stay, Step
from akson.care.worklist.inbox import OPEN
from akson.web.shell import words
from akson.web.shell.hospital import PatientStays
from akson.web.workspace.pathway.view import Offer

STAYS_FOR = timedelta(days=14)
ARRIVES = time(12)
HELD, HOME = "holdt:", "hjem"
ANSWERS = ("answer-ready", "follow-up-answer")
ASKS = ("ask-status", "ask-doctor", "ask-children", "ask-missing")
_LABELS = {
    "ask-status": "Spør om status",
    "ask-doctor": "Spør hvem legen er",
    "ask-children": "Spør om barn under 18",
    "ask-missing": "Be om det som mangler",
}
STATUS_PLAN, OTHER = "8", "99"
"""9152: what is asked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A promise to be: where, from when, until when."""

    place: str
    """`holdt:<id>`, id of a Location, or `hjem`."""
    words: str
    since: datetime
    until: datetime | None


def period_from(now: datetime) -> tuple[datetime, datetime]:
    """From noon of today while that is ahead, else of tomorrow."""
    local = now.astimezone(NORWAY)
    day = local.date() if local.time() < ARRIVES else local.date() + timedelta(days=1)
    start = datetime.combine(day, ARRIVES, NORWAY)
    return start, datetime.combine(day + STAYS_FOR, ARRIVES, NORWAY)


def promised(found: PatientStays) -> Resource | None:
    """The bed that is held for her now, the nearest first."""
    booked = [h for h in found.holds if h.get("status") == "booked"]
    return min(booked, key=lambda h: str(h.get("start")), default=None)


def promise_words(hold: Resource | None) -> str:
    start = instant((hold or {}).get("start"))
    return f"{hold['description']} fra {words.day(start)}" if hold and start else ""


def wanted(found: PatientStays, free: Sequence[Resource], now: datetime) -> Wanted:
    """What an answer would promise if nobody chose otherwise."""
    hold = promised(found)
    if hold is not None:
        start, end = instant(hold.get("start")), instant(hold.get("end"))
        assert start is not None, "a hold has a period"
        return Wanted(f"{HELD}{hold['id']}", str(hold["description"]), max(start, _today(now)), end)
    start, end = period_from(now)
    if free:
        return Wanted(str(free[0]["id"]), str(free[0].get("name", "")), start, end)
    return Wanted(HOME, "Hjem", start, None)


def _today(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(NORWAY).date(), time(0), NORWAY)


def ready_message(stay: Stay) -> str:
    """`Communication/…` of the declaration that is to be answered; ""."""
    declared = stay.events.of(said.READY)
    return declared[-1].message if declared and stay.phase == READY else ""


def place_words(one: Wanted) -> str:
    """What is held, as it is said beside the answer."""
    if one.place == HOME:
        return "Ingen plass holdes: pasienten reiser hjem med tjenestene sine."
    until = f" til {words.day(one.until)}" if one.until else ""
    held = "er holdt" if one.place.startswith(HELD) else "holdes"
    return f"{one.words} {held} fra {words.day(one.since)}{until}."


class Offers:
    """For one patient and one of her stays."""

    def __init__(
        self,
        found: PatientStays,
        stay: Stay,
        free: Sequence[Resource],
        now: datetime,
        *,
        new_id: Callable[[], str],
    ) -> None:
        self._found = found
        self._stay = stay
        self._free = free
        self._now = now
        self._new_id = new_id
        self._base = f"/pasient/{quote(found.id, safe='')}"

    def of(self, step: Step, *, short: bool = False) -> tuple[Offer, ...]:
        """`short`: the answer alone that is likeliest, and the way to choose another."""
        if not step.waits:
            return ()
        if step.action in ANSWERS:
            return tuple(self._answers(short))
        if step.action == "send-admission-report":
            path = f"{self._base}/ny-melding?type=INNLEGGELSESRAPPORT&svar={step.message.rpartition('/')[2]}"
            return (Offer("link", "Skriv innleggelsesrapport", path),)
        if step.action in ASKS and step.message:
            if asked(step, self._stay) is not None:
                return tuple(self._done(step))
            text = question(step, self._stay)
            hidden = (
                ("steg", step.rule),
                ("melding", step.message.rpartition("/")[2]),
                ("id", self._new_id()),
            )
            return (
                Offer("ask", _LABELS[step.action], f"{self._base}/forlop/spor", hidden, text),
                *self._done(step),
            )
        if step.action == "resend" and step.message:
            path = f"{self._base}/meldinger/{step.message.rpartition('/')[2]}"
            return (Offer("link", "Se meldingen", path), *self._done(step))
        if step.action == "read-changes" and step.message:
            path = f"{self._base}/meldinger/{step.message.rpartition('/')[2]}"
            return (Offer("link", "Les meldingen", path), *self._done(step))
        return tuple(self._done(step))

    def _done(self, step: Step) -> Iterable[Offer]:
        """The step's own item, closed by a person."""
        task = task_of(self._found.tasks, step, self._stay)
        if task is not None:
            version = str((task.get("meta") or {}).get("versionId", ""))
            yield Offer(
                "done",
                "Merk som gjort",
                f"{self._base}/forlop/gjort",
                (("oppgave", str(task["id"])), ("versjon", version)),
            )

    def _answers(self, short: bool) -> Iterable[Offer]:
        message = ready_message(self._stay).rpartition("/")[2]
        if not message:
            return
        path = f"{self._base}/forlop/svar"
        one = wanted(self._found, self._free, self._now)
        day = one.since.astimezone(NORWAY).date()
        until = one.until.astimezone(NORWAY).date().isoformat() if one.until else ""
        hidden = (
            ("melding", message), ("svar", "kan"), ("plass", one.place), ("fra", day.isoformat()), ("til", until),
            ("id", self._new_id()), ("gjor", "send"),
        )  # fmt: skip
        if one.place != HOME:
            label = f"Svar: kan ta imot fra {day:%d.%m}"
            yield Offer("answer", label, path, hidden, answers.words(Answer(True, day)), place_words(one))
        home, _ = period_from(self._now)
        day = home.astimezone(NORWAY).date()
        going = (
            ("melding", message), ("svar", "kan"), ("plass", HOME), ("fra", day.isoformat()), ("til", ""),
            ("id", self._new_id()), ("gjor", "send"),
        )  # fmt: skip
        # The nearest day at home, beside the bed: which of the two, she decides, and either is one click.
        yield Offer(
            "answer",
            f"Svar: kan reise hjem fra {day:%d.%m}",
            path,
            going,
            answers.words(Answer(True, day)),
            place_words(Wanted(HOME, "Hjem", home, None)),
        )
        later = self._now.astimezone(NORWAY).date() + timedelta(days=1)
        if not short:
            not_yet = (
                ("melding", message), ("svar", "ikke"), ("plass", ""), ("fra", later.isoformat()), ("til", ""),
                ("id", self._new_id()), ("gjor", "send"),
            )  # fmt: skip
            yield Offer("answer", "Svar: kan ikke ennå", path, not_yet, answers.words(Answer(False, later)))
        yield Offer(
            "link",
            "Velg plass og dag",
            f"{path}?melding={message}",
        )


def task_of(tasks: Iterable[Resource], step: Step, stay: Stay) -> Resource | None:
    """The open item of a step, that a person may close."""
    own = own_task(tasks, step, stay)
    return own if own is not None and own.get("status") in OPEN else None


def own_task(tasks: Iterable[Resource], step: Step, stay: Stay) -> Resource | None:
    key = f"{stay.events.encounter}|{step.key}"
    return next((t for t in tasks if any(i.get("system") == STEP_KEY and i.get("value") == key
                                         for i in t.get("identifier") or [])), None)  # fmt: skip


def settled_by_hand(tasks: Iterable[Resource], step: Step, stay: Stay) -> bool:
    """What the hospital owes, and a person of ours has dealt with in another way."""
    if step.counterpart == US:
        return False
    own = own_task(tasks, step, stay)
    return own is not None and own.get("status") == "completed"


def asked(step: Step, stay: Stay) -> Said | None:
    """Our own question about this step, when it has been sent."""
    text = question(step, stay)
    ours = [s for s in stay.events.said if s.by == said.US and s.kind in (said.REQUEST, said.STATUS_REQUEST)]
    if step.action == "ask-status":
        return next((s for s in reversed(ours) if s.kind == said.STATUS_REQUEST), None)
    return next((s for s in reversed(ours) if text in s.text), None)


def question(step: Step, stay: Stay) -> str:
    """The question to the hospital, out of the step: nobody writes it. "" where its code says it all."""
    if step.action == "ask-status":
        return "Status og plan for utskrivning"
    if step.action == "ask-doctor":
        return "Hvilken lege har avgjort at pasienten er utskrivningsklar? Meldingen oppgir ikke navnet."
    if step.action == "ask-children":
        return "Har pasienten barn under 18 år? Varselet nevner det ikke."
    one = next((s for s in stay.events.said if s.message == step.message), None)
    lacks = "; ".join(one.missing) if one else ""
    return f"Vi mangler i «{one.title if one else 'meldingen'}»: {lacks}. Kan dere sende det?"
