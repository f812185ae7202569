"""Until its next turn a stay is the same whenever it is asked for, and the days that are counted with it."""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care.pathway.story import stay as told
from tests.care.pathway.story import when

from akson.care.pathway import rules
from akson.care.pathway.liability import accounts
from akson.care.pathway.said import StayEvents
from akson.care.pathway.stay import stay

LINES = (
    "admitted 2024-03-01T10:00",
    "admitted 2024-03-01T10:00 at=2024-03-02T08:00",
    "early-notice 2024-03-01T18:00 receipt=2024-03-02T07:13",
    "admission-report 2024-03-01T15:00 receipt=waiting",
    "admission-report 2024-03-01T16:00 receipt=refused",
    "admission-report 2024-03-01T16:20 receipt=2024-03-02T18:20",
    "ready 2024-03-04T10:00 doctor=Lunde",
    "ready 2024-03-04T10:00 at=2024-03-06T12:00",
    "answer 2024-03-04T10:30 not=2024-03-05",
    "answer 2024-03-04T11:30 can=2024-03-05 receipt=2024-03-05T13:00",
    "withdrawn 2024-03-05T09:00",
    "status-request 2024-03-02T10:00",
    "update 2024-03-03T10:00",
    "letter 2024-03-05T11:00",
    "discharged 2024-03-06T12:00 at=2024-03-07T12:00",
    "died 2024-03-08T12:00",
)
FIRST = when("2024-02-29T22:00")
moments = st.integers(0, 14 * 24 * 60 * 60).map(lambda s: FIRST + timedelta(seconds=s))


@st.composite
def stays(draw: st.DrawFn) -> StayEvents:
    found = told(sorted(draw(st.sets(st.sampled_from(LINES), max_size=7)), key=lambda line: line.split()[1]))
    undone = [draw(st.booleans()) and draw(st.booleans()) for _ in found.said]
    back = [
        replace(s, undone="cancelled", undone_at=s.told + timedelta(minutes=draw(st.integers(0, 4000))))
        for s, gone in zip(found.said, undone, strict=True)
        if gone
    ]
    return replace(
        found,
        said=tuple(s for s, gone in zip(found.said, undone, strict=True) if not gone),
        undone=tuple(back),
        start=draw(st.none() | moments),
        end=draw(st.none() | st.just(when("2024-03-09T10:00"))),
    )


@settings(max_examples=300, deadline=None)
@given(events=stays(), now=moments, share=st.sampled_from((0.0, 0.2, 0.5, 0.9, 0.999)))
def test_nothing_changes_before_the_next_turn(events: StayEvents, now: datetime, share: float) -> None:
    first = stay(events, rules.load(), now)
    assert first.until >= now
    later = max(now, min(now + (first.until - now) * share, first.until - timedelta(microseconds=1)))
    assert stay(events, rules.load(), later) == first
    assert accounts([events], later) == accounts([events], now)


@settings(max_examples=20, deadline=None)
@given(events=stays(), now=moments)
def test_it_is_not_asked_anew_each_minute(events: StayEvents, now: datetime) -> None:
    """A turn is where something may change; between two there is time, but for what is due within the hour."""
    turns, at = 0, now
    while at < now + timedelta(days=1):
        at = max(stay(events, rules.load(), at).until, at + timedelta(microseconds=1))
        turns += 1
    assert turns < 24 * 60
