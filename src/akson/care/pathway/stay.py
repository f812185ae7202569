"""Where a stay is, what is due, why it is red and what to do now: out of what was said and the rules of that day. Pure.

    stay(events, rules.load(), now)
    Stay(phase="ready", steps=(Step("admission-report", state="done", …), Step("answer-ready", state="overdue", …)), …)

Rules are data (rules/editions.toml); here is how a rule is read, and no hour and no law.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from akson.care.pathway import said, times, turns
from akson.care.pathway.events import as_known
from akson.care.pathway.rules import HOSPITAL, Edition, Rule, Rules
from akson.care.pathway.said import Said, StayEvents, local_day

PLANNED, ADMITTED, READY, DISCHARGED, DEAD, NONE = (
    "planned",
    "admitted",
    "ready",
    "discharged",
    "dead",
    "none",
)
DONE, OPEN, OVERDUE, NOT_YET, NOT_NEEDED = "done", "open", "overdue", "not-yet", "not-needed"
_IN_HOSPITAL = (ADMITTED, READY)
NEVER_ASKED = datetime(1900, 1, 1, tzinfo=said.OSLO)


@dataclass(frozen=True, slots=True)
class Step:
    rule: str
    title: str
    state: str
    """`done`, `open`, `overdue`, `not-yet`, `not-needed`."""
    due: datetime | None
    why: str
    """Bokmål, a sentence."""
    now_do: str
    """What to do now; "" when nothing is."""
    action: str
    """Id of what a screen can offer; "" when nothing is to be done."""
    owner: str
    """`case-worker`, `nurse`."""
    counterpart: str
    """Who must do it: `us`, `hospital`."""
    source: str
    message: str
    """The message that started it, `Communication/ab`, or ""."""
    task: str = ""
    """Code of the item that the post makes of that message."""

    @property
    def key(self) -> str:
        """One for each time the rule begins anew."""
        return f"{self.rule}|{self.message}"

    @property
    def waits(self) -> bool:
        return self.state in (OPEN, OVERDUE)


@dataclass(frozen=True, slots=True)
class Stay:
    events: StayEvents
    phase: str
    """`planned`, `admitted`, `ready`, `discharged`, `dead`, `none`."""
    steps: tuple[Step, ...]
    red: tuple[str, ...]
    """Why, one sentence for each overdue step."""
    now_do: str
    action: str
    """Id of the next action, or ""."""
    edition: str
    """Of the rules."""
    until: datetime = field(default=NEVER_ASKED, compare=False)
    """Before it the same events have the same answer, counted days too (turns.py)."""


def stay(events: StayEvents, rules: Rules, now: datetime) -> Stay:
    known = as_known(events, now)
    edition = rules.at(local_day(_first(known) or now))
    phase = phase_of(known, now)
    reader = _Reader(known, edition, phase, now, [])
    steps = tuple([step for rule in edition.rules for step in reader.steps(rule)])
    waiting = sorted((s for s in steps if s.waits), key=lambda s: _urgency(s, edition))
    return Stay(
        events=known,
        phase=phase,
        steps=steps,
        red=tuple(s.why for s in steps if s.state == OVERDUE),
        now_do=waiting[0].now_do if waiting else "",
        action=waiting[0].action if waiting else "",
        edition=edition.id,
        until=turns.next_turn(events, reader.dues, now),
    )


def phase_of(events: StayEvents, now: datetime) -> str:
    if events.of(said.DIED):
        return DEAD
    if events.of(said.DISCHARGED):
        return DISCHARGED
    if not events.said and (events.in_error or events.undone or events.start is None):
        return NONE
    if events.end is not None and not events.of(said.ADMITTED, said.READY):
        return DISCHARGED
    declared = events.of(said.READY, said.WITHDRAWN)
    if declared and declared[-1].kind == said.READY:
        return READY
    begins = began(events)
    if begins is not None and begins > now:
        return PLANNED
    if not events.of(*_OF_A_STAY) and (events.in_error or events.start is None):
        return NONE
    return ADMITTED


_OF_A_STAY = (said.ADMITTED, said.READY, said.WITHDRAWN, said.EARLY_NOTICE, said.UPDATE)


def began(events: StayEvents) -> datetime | None:
    """When she was admitted: as the newest message says, else as the record has it, else when it was first told of."""
    told = events.of(said.ADMITTED)
    if told:
        return told[-1].moment
    if events.start is not None:
        return events.start
    return next((s.told for s in events.of(said.READY, said.WITHDRAWN, said.EARLY_NOTICE, said.UPDATE)), None)


def ended(events: StayEvents) -> datetime | None:
    """When she left the hospital or died; None while she is there."""
    died, left = events.of(said.DIED), events.of(said.DISCHARGED)
    ends = [s.moment for s in (*died[-1:], *left[-1:])]
    if ends:
        return min(ends)
    return events.end


def _first(events: StayEvents) -> datetime | None:
    return min((s.told for s in events.said), default=events.start)


def _urgency(step: Step, edition: Edition) -> tuple[bool, bool, float, int]:
    order = [rule.id for rule in edition.rules].index(step.rule)
    return step.state != OVERDUE, step.due is None, step.due.timestamp() if step.due else 0.0, order


@dataclass(frozen=True, slots=True)
class _Reader:
    events: StayEvents
    edition: Edition
    phase: str
    now: datetime
    dues: list[datetime]
    """Each deadline that was held against `now`."""

    def steps(self, rule: Rule) -> Iterator[Step]:
        return _SPECIAL.get(rule.id, _Reader._timed)(self, rule)

    def _timed(self, rule: Rule) -> Iterator[Step]:
        """Something starts it, something ends it, and there is a time between."""
        starts = list(self.events.of(*rule.starts))
        if not rule.each:
            starts = starts[-1:] or self._instead(rule)
        if not starts:
            over = self.phase in (DISCHARGED, DEAD, NONE)
            words = "Oppholdet er over." if over else "Ikke aktuelt ennå."
            yield self._step(rule, NOT_NEEDED if over else NOT_YET, words)
        for number, start in enumerate(starts):
            following = starts[number + 1] if number + 1 < len(starts) else None
            yield self._one(rule, start, following)

    def _instead(self, rule: Rule) -> list[Said]:
        """No admission was told of: the first that the hospital says is when the house knew."""
        if said.ADMITTED not in rule.starts:
            return []
        heard = self.events.of(said.EARLY_NOTICE, said.UPDATE, said.READY)
        return sorted(heard, key=lambda s: s.told)[:1]

    def _one(self, rule: Rule, start: Said, following: Said | None) -> Step:
        due = self._due(rule, start)
        end = self._end(rule, start, following)
        if end is not None:
            late = f", etter fristen {times.words(due)}" if due and _done_at(end) > due else ""
            return self._step(rule, DONE, f"Gjort {times.words(_done_at(end))}{late}.", start, due)
        if following is not None or (self._cancelled(rule, start)):
            return self._step(rule, NOT_NEEDED, "Ikke lenger aktuelt.", start, due)
        refused = self._refused(rule, start)
        more = f" Det vi sendte {times.words(refused.told)}, {_came_to(refused)}." if refused else ""
        return self._waiting(rule, start, due, more)

    def _waiting(self, rule: Rule, start: Said, due: datetime | None, more: str = "") -> Step:
        about = f"{start.title or start.kind} kom {times.words(start.told)}."
        if due is None:
            return self._step(rule, OPEN, f"{about}{more}", start)
        self.dues.append(due)
        if self.now > due:
            late = times.span(self.now - due)
            return self._step(
                rule, OVERDUE, f"Fristen var {times.words(due)}, for {late} siden. {about}{more}", start, due
            )
        left = times.span(due - self.now)
        return self._step(rule, OPEN, f"Frist {times.words(due)}, om {left}. {about}{more}", start, due)

    def _due(self, rule: Rule, start: Said) -> datetime | None:
        # What we must do runs from when we knew; what the hospital must do, from when it happened.
        happened = rule.counterpart == HOSPITAL and start.kind == said.ADMITTED and not start.day_only
        begins = start.moment if happened else start.told
        if rule.hours is not None:
            return times.later(begins, rule.hours)
        if rule.working_hours is not None:
            return times.working_later(begins, rule.working_hours, self.edition.working)
        if rule.day:
            return times.end_of_day(local_day(start.moment))
        return None

    def _end(self, rule: Rule, start: Said, following: Said | None) -> Said | None:
        for one in self.events.of(*rule.ends):
            if one.by == said.US and _is_refused(one):
                continue
            if not rule.each:
                return one
            if one.answers and one.by == said.US:
                if one.answers == start.message:
                    return one
                continue
            after = _sent(one) >= _sent(start) and one.message != start.message
            if after and (following is None or _sent(one) < _sent(following)):
                return one
        return None

    def _refused(self, rule: Rule, start: Said) -> Said | None:
        ends = (s for s in self.events.of(*rule.ends) if s.by == said.US and _is_refused(s))
        return next((s for s in ends if _sent(s) >= _sent(start)), None)

    def _cancelled(self, rule: Rule, start: Said) -> bool:
        if self.phase in (DISCHARGED, DEAD) and {said.DISCHARGED, said.DIED} & set(rule.cancels):
            gone = {DISCHARGED: said.DISCHARGED, DEAD: said.DIED}[self.phase]
            if gone in rule.cancels:
                return True
        return any(_sent(s) >= _sent(start) for s in self.events.of(*rule.cancels) if s is not start)

    def _follow_up(self, rule: Rule) -> Iterator[Step]:
        ready = self.events.of(said.READY)
        answers = [s for s in self.events.of(said.ANSWER) if not _is_refused(s)]
        if self.phase != READY or not answers or _sent(answers[-1]) < _sent(ready[-1]):
            state = NOT_NEEDED if self.phase in (DISCHARGED, DEAD, NONE) else NOT_YET
            yield self._step(rule, state, "Ikke aktuelt.")
            return
        last = answers[-1]
        if last.answer is None or last.answer.can is None:
            yield self._step(rule, DONE, "Svaret er gitt med egne ord.", last)
        elif last.answer.can:
            yield self._step(rule, DONE, "Sykehuset har fått en dato.", last)
        else:
            day = last.answer.day
            due = times.end_of_day(day) if day else times.later(last.told, rule.hours or 0)
            yield self._waiting(rule, last, due)

    def _doctor(self, rule: Rule) -> Iterator[Step]:
        for one in self.events.of(*rule.starts)[-1:]:
            if one.doctor:
                yield self._step(rule, DONE, f"Oppgitt: {one.doctor}.", one)
            else:
                words = "Meldingen sier ikke hvem som har avgjort at pasienten er utskrivningsklar."
                yield self._lack(rule, one, words, only=(READY,))

    def _children(self, rule: Rule) -> Iterator[Step]:
        heard = self.events.of(said.EARLY_NOTICE, said.UPDATE)
        if not heard:
            return
        if any(s.children for s in heard):
            yield self._step(rule, DONE, "Barn under 18 år er nevnt i varselet.", heard[0])
        else:
            words = "Varselet nevner ingen barn under 18 år, og sier heller ikke at det ikke er noen."
            yield self._lack(rule, heard[0], words, only=_IN_HOSPITAL)

    def _content(self, rule: Rule) -> Iterator[Step]:
        for kind in rule.starts:
            # The last of a kind is the valid one.
            for one in self.events.of(kind)[-1:]:
                if one.missing:
                    words = f"{one.title or one.kind} mangler: {'; '.join(one.missing)}."
                    yield self._lack(rule, one, words, only=(*_IN_HOSPITAL, DISCHARGED))

    def _changes(self, rule: Rule) -> Iterator[Step]:
        for one in self.events.of(*rule.starts)[-1:]:
            if not one.replaces:
                continue
            if one.changed:
                yield self._step(rule, DONE, f"Endret: {'; '.join(one.changed)}.", one)
            else:
                yield self._lack(rule, one, "Meldingen viser ikke hva som er endret.", only=_IN_HOSPITAL)

    def _lack(self, rule: Rule, one: Said, words: str, only: Sequence[str]) -> Step:
        return self._step(rule, OPEN if self.phase in only else NOT_NEEDED, words, one)

    def _confirmed(self, rule: Rule) -> Iterator[Step]:
        for kind in rule.starts:
            sent = [s for s in self.events.of(kind) if s.by == said.US]
            for number, one in enumerate(sent):
                due = times.later(one.told, rule.hours or 0)
                self.dues.append(due)
                state = one.receipt.state if one.receipt else said.WAITING
                if state == said.CONFIRMED:
                    at = one.receipt.at if one.receipt else None
                    told = f" {times.words(at)}" if at else ""
                    yield self._step(rule, DONE, f"Bekreftet av mottaker{told}.", one, due)
                elif state == said.SETTLED:
                    yield self._step(rule, DONE, "Ikke bekreftet; en person har tatt hånd om det.", one, due)
                elif number + 1 < len(sent) or self.phase in (DEAD, NONE):
                    yield self._step(rule, NOT_NEEDED, "En nyere er sendt.", one, due)
                elif state in said.NOT_HEARD:
                    words = f"{one.title or one.kind} {_came_to(one)}."
                    yield self._step(rule, OVERDUE, words, one, due)
                elif self.now > due or state == said.OVERDUE:
                    words = f"{one.title or one.kind} ble sendt {times.words(one.told)}, og er ikke bekreftet av mottaker."
                    yield self._step(rule, OVERDUE, words, one, due)
                # Until the hour has passed nobody has anything to do: it is on its way.

    def _step(
        self, rule: Rule, state: str, why: str, start: Said | None = None, due: datetime | None = None
    ) -> Step:
        waits = state in (OPEN, OVERDUE)
        return Step(
            rule=rule.id,
            title=rule.title,
            state=state,
            due=due,
            why=why,
            now_do=rule.now_do if waits else "",
            action=rule.action if waits else "",
            owner=rule.owner,
            counterpart=rule.counterpart,
            source=rule.source,
            message=start.message if start else "",
            task=rule.task,
        )


_SPECIAL: dict[str, Callable[[_Reader, Rule], Iterator[Step]]] = {
    "follow-up-answer": _Reader._follow_up,
    "responsible-doctor": _Reader._doctor,
    "children": _Reader._children,
    "mandatory-content": _Reader._content,
    "changes-shown": _Reader._changes,
    "sent-confirmed": _Reader._confirmed,
}


def _sent(one: Said) -> datetime:
    return one.sent or one.told


def _done_at(one: Said) -> datetime:
    return one.told


def _is_refused(one: Said) -> bool:
    return one.receipt is not None and one.receipt.state in said.NOT_HEARD


def _came_to(one: Said) -> str:
    refused = one.receipt is not None and one.receipt.state == said.REFUSED
    return "ble avvist av mottaker" if refused else "kunne ikke leveres"
