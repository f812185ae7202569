"""One patient's stay: steps with the rule's words, the messages as one conversation, the account with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource
from akson.care.pathway import times
from akson.care.pathway.conversation import conversation, words_of_receipt
from akson.care.pathway.liability import Account, time_codes
from akson.care.pathway.said import StayEvents
from akson.care.pathway.stay import (
    DISCHARGED,
    DONE,
    NOT_NEEDED,
    NOT_YET,
    OPEN,
    OVERDUE,
    Stay,
    Step,
    began,
    ended,
)
from akson.record.session import RecordSession
from akson.web.shell import words
from akson.web.shell.chart import Chart
from akson.web.shell.hospital import OVER, PatientStays, the_rules
from akson.web.shell.reading import every_page, resources
from akson.web.shell.stopped_visits import RESUMED_SHOWN_FOR, visits_of, visits_word
from akson.web.workspace.pathway.board import PHASES, cost, most_urgent
from akson.web.workspace.pathway.offers import Offers, asked, promise_words, promised, settled_by_hand
from akson.web.workspace.pathway.view import (
    AccountView,
    DayRow,
    Evidence,
    LineRow,
    StayView,
    StepRow,
)

STATES = {
    DONE: "Gjort",
    OPEN: "Åpen",
    OVERDUE: "Over fristen",
    NOT_YET: "Ikke ennå",
    NOT_NEEDED: "Ikke aktuelt",
}
WHO = {"us": "Oss", "hospital": "Sykehuset"}
MOMENTS = {
    1: "Meldt innlagt", 2: "Utskrivningsklar", 3: "Kommunen varslet (positiv kvittering)", 4: "Ikke lenger klar",
    6: "Kommunen kan ikke ta imot", 7: "Kommunen kan ta imot",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asking:
    """What the page was asked for beside the patient."""

    known: str = ""
    said: str = ""
    mine: str = ""
    """Whose steps come first: `case-worker`, `nurse`."""


def _returned(stay: Stay, now: datetime) -> bool:
    at = ended(stay.events)
    return stay.phase == DISCHARGED and at is not None and now - at <= RESUMED_SHOWN_FOR


async def load_visits(session: RecordSession, patient: str, now: datetime) -> list[Resource]:
    return resources((await every_page(session, visits_of(patient, now))).matches)


def stay_view(
    chart: Chart, found: PatientStays, stay: Stay, account: Account, visits: Sequence[Resource],
    offers: Offers | None, asking: Asking, now: datetime,
) -> StayView:  # fmt: skip
    base = f"/pasient/{chart.person.id}"
    steps = [s for s in stay.steps if not settled_by_hand(found.tasks, s, stay)]
    waiting = most_urgent(steps, asking.mine)
    since = began(stay.events)
    others = tuple(
        (
            f"{base}/forlop?opphold={one.events.encounter.rpartition('/')[2]}",
            _stay_words(one, now),
            one is stay,
        )
        for one in found.stays
    )
    return StayView(
        chart=chart,
        title=" · ".join(p for p in (PHASES.get(stay.phase, ""), stay.events.hospital) if p),
        phase=stay.phase,
        phase_words=f"Innlagt {words.spoken_moment(since, now)}" if since else "",
        others=others if len(others) > 1 else (),
        known=asking.known,
        known_words=words.spoken_moment(now, now) if asking.known else "",
        waiting=tuple(step_row(s, stay, offers, now) for s in waiting),
        settled=tuple(step_row(s, stay, None, now) for s in stay.steps if s not in waiting),
        lines=tuple(_lines(stay.events, base, now)),
        account=account_view(account, stay.events, base, now),
        promise=promise_words(promised(found)),
        visits=visits_word(visits, now, away=stay.phase not in OVER, returned=_returned(stay, now)),
        edition=the_rules().at(words.local(since or now).date()).words,
        may_act=offers is not None,
        said=asking.said,
    )


def _stay_words(one: Stay, now: datetime) -> str:
    since = began(one.events)
    return f"{PHASES.get(one.phase, '')}, {one.events.hospital} {words.short_day(since, now) if since else ''}".strip()


def step_row(step: Step, stay: Stay, offers: Offers | None, now: datetime) -> StepRow:
    edition = the_rules().at(words.local(began(stay.events) or now).date())
    rule = edition.rule(step.rule)
    question = asked(step, stay) if step.waits and step.action.startswith("ask-") else None
    why = f"{step.why} Vi spurte {times.words(question.told)}." if question else step.why
    return StepRow(
        title=step.title,
        state=step.state,
        state_words=STATES[step.state],
        why=why,
        due=words.moment(step.due, now) if step.due else "",
        rule=rule.words,
        source=step.source,
        who=WHO.get(step.counterpart, step.counterpart),
        offers=offers.of(step) if offers is not None else (),
    )


def _lines(events: StayEvents, base: str, now: datetime) -> Sequence[LineRow]:
    told = conversation(events)
    by_message = {line.message: line for line in told}
    return [
        LineRow(
            line=line,
            text=line.text.partition("\n\n")[0],
            when=words.moment(line.at, now),
            path=f"{base}/meldinger/{line.message.rpartition('/')[2]}",
            answers=by_message[line.answers].title if line.answers in by_message else "",
        )
        for line in told
    ]


def account_view(account: Account, events: StayEvents, base: str, now: datetime) -> AccountView:
    every = {s.message: s for s in (*events.said, *events.undone)}
    evidence = [
        Evidence(
            what=MOMENTS.get(code.code, ""),
            at=words.moment(code.at, now),
            message=every[code.message].title or every[code.message].kind,
            path=f"{base}/meldinger/{code.message.rpartition('/')[2]}",
            receipt=words_of_receipt(every[code.message]),
        )
        for code in time_codes(events)
        if code.message in every
    ]
    count = account.count
    return AccountView(
        days=tuple(
            DayRow(f"{d.day:%d.%m.%Y}", d.why, f"{d.kroner} kr" if d.kroner else "ukjent pris")
            for d in account.days
        ),
        total=f"{count} døgn, {cost(account)}" if count else "Ingen betalingsdøgn så langt",
        doubts=account.doubts,
        source=account.source,
        evidence=tuple(evidence),
    )
