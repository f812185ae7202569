"""Where a stay is and why it is red, asked of stays written as lines; and the order of arrival, by Hypothesis."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care.pathway.story import stay as told
from tests.care.pathway.story import when

from akson.care.pathway import answers, rules, said
from akson.care.pathway.conversation import conversation
from akson.care.pathway.gp import gp_threads
from akson.care.pathway.said import Answer, Said
from akson.care.pathway.stay import Stay, stay

A, N = "admitted 2024-03-01T10:00", "early-notice 2024-03-01T18:00 children"
REPORT = "admission-report 2024-03-01T15:00"
READY = "ready 2024-03-04T10:00 doctor=Lunde"  # a Monday
WHOLE = [A, N, REPORT, READY, "answer 2024-03-04T10:30 can=2024-03-05", "letter 2024-03-05T11:00"]


def states(found: Stay) -> dict[str, str]:
    return {s.rule: s.state for s in found.steps}


def asked(lines: list[str], now: str) -> Stay:
    return stay(told(lines), rules.load(), when(now))


@pytest.mark.parametrize(
    ("lines", "now", "phase", "rule", "state"),
    [
        ([A], "2024-03-02T09:00", "admitted", "admission-report", "open"),
        ([A], "2024-03-02T10:01", "admitted", "admission-report", "overdue"),
        ([A, REPORT], "2024-03-02T10:01", "admitted", "admission-report", "done"),
        ([A, f"{REPORT} receipt=refused"], "2024-03-02T10:01", "admitted", "admission-report", "overdue"),
        ([A], "2024-03-02T10:01", "admitted", "early-notice", "overdue"),
        ([A, N], "2024-03-02T10:01", "admitted", "early-notice", "done"),
        ([READY], "2024-03-04T11:00", "ready", "admission-report", "open"),
        ([A, READY], "2024-03-04T11:59", "ready", "answer-ready", "open"),
        ([A, READY], "2024-03-04T12:01", "ready", "answer-ready", "overdue"),
        ([A, "ready 2024-03-01T15:30"], "2024-03-04T09:29", "ready", "answer-ready", "open"),
        ([A, "ready 2024-03-01T15:30"], "2024-03-04T09:31", "ready", "answer-ready", "overdue"),
        ([A, READY, "withdrawn 2024-03-04T11:00"], "2024-03-05T12:00", "admitted", "answer-ready", "not-needed"),
        ([A, "ready 2024-03-04T10:00"], "2024-03-04T11:00", "ready", "responsible-doctor", "open"),
        ([A, READY], "2024-03-04T11:00", "ready", "responsible-doctor", "done"),
        ([A, "early-notice 2024-03-01T18:00"], "2024-03-01T19:00", "admitted", "children", "open"),
        ([A, N], "2024-03-01T19:00", "admitted", "children", "done"),
        ([A, "discharged 2024-03-05T12:00"], "2024-03-05T13:00", "discharged", "discharge-documents", "open"),
        ([A, "discharged 2024-03-05T12:00"], "2024-03-06T00:01", "discharged", "discharge-documents", "overdue"),
        ([*WHOLE, "discharged 2024-03-05T12:00"], "2024-03-09T00:00", "discharged", "discharge-documents", "done"),
        ([A, "died 2024-03-05T12:00"], "2024-03-09T00:00", "dead", "discharge-documents", "not-needed"),
        ([*WHOLE[:4], "answer 2024-03-04T10:30 not=2024-03-05"], "2024-03-05T23:00", "ready", "follow-up-answer", "open"),
        ([*WHOLE[:4], "answer 2024-03-04T10:30 not=2024-03-05"], "2024-03-06T00:01", "ready", "follow-up-answer", "overdue"),
        ([*WHOLE[:4], "answer 2024-03-04T10:30 can=2024-03-05 receipt=waiting"], "2024-03-04T12:00", "ready",
         "sent-confirmed", "overdue"),
        ([A, "status-request 2024-03-02T10:00"], "2024-03-05T10:01", "admitted", "status-request", "overdue"),
        ([A, "status-request 2024-03-02T10:00", "update 2024-03-03T10:00"], "2024-03-05T10:01", "admitted",
         "status-request", "done"),
    ],
)  # fmt: skip
def test_a_step(lines: list[str], now: str, phase: str, rule: str, state: str) -> None:
    found = asked(lines, now)
    assert found.phase == phase
    assert state in [s.state for s in found.steps if s.rule == rule]
    assert all(s.why and s.source for s in found.steps)
    assert all(s.now_do and s.action for s in found.steps if s.waits)


def test_the_next_thing_is_what_is_most_overdue() -> None:
    found = asked([A, "ready 2024-03-04T10:00"], "2024-03-04T13:00")
    assert found.action == "send-admission-report" and len(found.red) >= 2
    assert asked([A, N, REPORT, READY], "2024-03-04T13:00").action == "answer-ready"


def test_a_day_is_24_hours_over_summer_time() -> None:
    found = asked(["admitted 2024-03-30T12:00"], "2024-03-31T12:30")
    assert [s.due for s in found.steps if s.rule == "admission-report"] == [when("2024-03-31T13:00")]


def test_ready_withdrawn_and_ready_again_asks_for_an_answer_again() -> None:
    lines = [*WHOLE[:5], "withdrawn 2024-03-04T14:00", "ready 2024-03-05T09:00 doctor=Lunde"]
    found = asked(lines, "2024-03-05T09:30")
    assert [s.state for s in found.steps if s.rule == "answer-ready"] == ["done", "open"]
    assert found.phase == "ready"


def test_as_it_was_known() -> None:
    lines = [*WHOLE, "discharged 2024-03-05T12:00"]
    assert asked(lines, "2024-03-04T10:10").phase == "ready"
    assert asked(lines, "2024-03-02T10:10").phase == "admitted"


@given(st.permutations(range(7)))
@settings(max_examples=60, deadline=None)
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    lines = [*WHOLE, "discharged 2024-03-05T12:00"]
    events = told(lines)
    first = asked(lines, "2024-03-20T12:00")
    arrivals = [
        replace(s, told=s.sent or s.told, message=s.message)
        for s in (events.said[n] for n in order)
    ]  # fmt: skip
    mixed = replace(events, said=tuple(arrivals))
    again = stay(mixed, rules.load(), when("2024-03-20T12:00"))
    assert again == first
    late = tuple(
        replace(s, told=when("2024-03-10T00:00") + timedelta(minutes=n))
        for n, s in zip(order, events.said, strict=True)
    )
    after = stay(replace(events, said=late), rules.load(), when("2024-03-20T12:00"))
    assert after.phase == first.phase
    assert states(after) == states(first)


@pytest.mark.parametrize(
    "answer",
    [Answer(True, when("2024-03-05").date()), Answer(False), Answer(False, when("2024-12-31").date())],
)
def test_the_answer_is_read_as_it_was_written(answer: Answer) -> None:
    assert answers.read(f"{answers.words(answer)} Hilsen Kari.") == answer


def test_other_words_are_for_people() -> None:
    assert answers.read("Vi ser på det.") == Answer(None)
    assert answers.read("Kommunen kan ta imot pasienten fra 31.02.2024.") == Answer(None)


def test_the_conversation_says_what_was_confirmed() -> None:
    lines = conversation(told([A, REPORT, "answer 2024-03-04T10:30 can=2024-03-05 receipt=waiting"]))
    assert [(line.direction, line.state) for line in lines] == [
        ("in", "mottatt 01.03. kl. 10.00"),
        ("out", "bekreftet av mottaker 01.03. kl. 15.00"),
        ("out", "sendt, ikke bekreftet"),
    ]


def _asks(**more: object) -> Said:
    fields = {
        "kind": said.REQUEST,
        "message": "Communication/q",
        "by": said.US,
        "told": when("2024-03-04T10:00"),
        "code": "6",
    }
    return Said(**{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("by", "code", "type"),
    [
        (said.US, "1", "MEDISINSKE_OPPLYSNINGER"),
        (said.US, "4", "EPJ-EKSTRAKT"),
        (said.US, "6", "DIALOG_SVAR"),
        (said.GP, "3", "ORIENTERING_TJENESTETILBUD"),
        (said.GP, "5", "HELSEOPPLYSNINGER_LEGE"),
        (said.HOSPITAL, "1", "INNLEGGELSESRAPPORT"),
        (said.GP, "unknown", "DIALOG_SVAR"),
    ],
)
def test_a_code_opens_its_answer(by: str, code: str, type: str) -> None:
    (thread,) = gp_threads([_asks(by=by, code=code)], rules.load(), when("2024-03-04T11:00"))
    assert thread.answer_type == type


@pytest.mark.parametrize(
    ("now", "state", "owner"),
    [
        ("2024-03-07T09:59", "open", "nurse"),
        ("2024-03-07T10:01", "overdue", "nurse"),
        ("2024-03-08T10:01", "escalated", "leader"),
    ],
)
def test_three_days_then_the_leader(now: str, state: str, owner: str) -> None:
    (thread,) = gp_threads([_asks()], rules.load(), when(now))
    assert (thread.state, thread.owner) == (state, owner)


def test_an_interim_answer_stops_the_clock_and_a_deviation_keeps_the_link() -> None:
    interim = Said(said.NOTE, "Communication/i", said.GP, when("2024-03-05T10:00"), answers="Communication/q")
    (thread,) = gp_threads([_asks(), interim], rules.load(), when("2024-03-09T10:00"))
    assert (thread.state, thread.interim) == ("open", "Communication/i")
    wrong = replace(interim, kind=said.DEVIATION, message="Communication/d", code="1")
    (thread,) = gp_threads([_asks(urgent=True), wrong], rules.load(), when("2024-03-04T11:00"))
    assert (thread.state, thread.deviation) == ("not-needed", "Communication/d")
    (thread,) = gp_threads([_asks(urgent=True)], rules.load(), when("2024-03-04T11:00"))
    assert thread.phone_by == when("2024-03-04T12:00")
