"""Dates and log lines as people say them."""

from datetime import UTC, datetime, timedelta

import pytest

from akson.record.values import AccessLine
from akson.web.shell import words
from akson.web.shell.access_lines import entries

NOW = datetime(2026, 11, 24, 7, 20, tzinfo=UTC)  # 08:20 in Norway


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-24T06:12:00Z", "i dag 07:12"),
        ("2026-11-23T23:30:00Z", "i dag 00:30"),
        ("2026-11-23T22:30:00Z", "i går 23:30"),
        ("2026-11-22T07:12:00Z", "22.11 08:12"),
        ("2025-11-22T07:12:00Z", "22.11.2025 08:12"),
        ("2026-07-01T07:12:00Z", "01.07 09:12"),
        ("2026-11-25T07:12:00Z", "25.11 08:12"),
    ],
)
def test_a_moment_is_told_on_norwegian_clocks_and_by_how_near_it_is(at: str, said: str) -> None:
    assert words.moment(datetime.fromisoformat(at), NOW) == said


def test_a_moment_in_a_sentence() -> None:
    assert words.spoken_moment(NOW, NOW) == "i dag kl. 08:20"
    assert words.long_day(NOW, NOW) == "I dag, tirsdag 24. november"


@pytest.mark.parametrize(
    ("born", "age"),
    [("1942-05-12", "84 år"), ("2026-01-30", "9 md"), ("1942", ""), ("", ""), ("2026-12-01", "0 md")],
)
def test_age(born: str, age: str) -> None:
    assert words.age(born, NOW.date()) == age


def line(minutes_ago: int, action: str, name: str = "Ida Nilsen", **more: object) -> AccessLine:
    given = {
        "at": NOW - timedelta(minutes=minutes_ago),
        "name": name,
        "role": "nurse",
        "unit": "Hjemmetjenesten Øst",
        "action": action,
        "purpose": "treatment",
        "permitted": True,
        "words": "gir deg helsehjelp",
        "count": 1,
        "index": 1000 - minutes_ago,
    }
    return AccessLine(**{**given, **more})  # type: ignore[arg-type]


def test_one_look_is_one_entry_and_the_next_shift_another() -> None:
    found = entries([line(0, "read"), line(20, "read"), line(45, "search"), line(200, "read")])
    assert [(e.clock, e.deeds, e.events) for e in found] == [
        ("07:35–08:20", ("så i journalen",), 3),
        ("05:00", ("så i journalen",), 1),
    ]


def test_a_list_is_no_opened_record_and_a_refusal_stands_alone() -> None:
    found = entries(
        [line(0, "search"), line(1, "read", permitted=False, words="ingen relasjon"), line(2, "update")]
    )
    assert [(e.permitted, e.deeds) for e in found] == [
        (True, ("så opplysninger i en liste eller et søk", "skrev i journalen")),
        (False, ("prøvde å åpne journalen",)),
    ]


def test_a_nurse_is_not_taken_for_the_citizen_she_is_named_like() -> None:
    nurse, citizen = entries(
        [
            line(0, "read", name="Astrid Bakken"),
            line(1, "read", name="Astrid Bakken", role="", unit="", purpose="patient-request", words="egen"),
        ]
    )
    assert (nurse.personal, citizen.personal) == (False, True)


def test_another_enterprise_is_not_named_twice() -> None:
    (entry,) = entries([line(0, "receive", name="Havnes sykehus HF, Medisin", unit="Medisin", role="")])
    assert entry.unit == "" and entry.deeds == ("leverte en melding",)
