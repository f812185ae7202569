"""Partners who go silent, simulated: how soon it is found, and how often it is cried for nothing.

A share here; AKSON_SILENCE=200x90 runs two hundred partners for ninety days.
"""

import math
import os
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from akson.exchange.silence.detector import SLOTS_A_DAY, SLOTS_A_WEEK, WEEKS, Traffic, at_most
from akson.exchange.silence.holidays import is_holiday

BEGINS = datetime(2026, 3, 2)
"""A Monday; Easter, May and Whitsun fall into what follows."""
BEFORE = (WEEKS + 2) * 7
PARTNERS, DAYS = (int(n) for n in os.environ.get("AKSON_SILENCE", "8x40").split("x"))
FOUND_IN_DAILY = 2 * 4
FOUND_IN_RARE = 9 * 4
"""Slots of working time: a working day and the hour that a receipt may take."""


@dataclass
class Partner:
    chance: random.Random
    daily: bool

    def __post_init__(self) -> None:
        self.by_day = self.chance.uniform(90, 400) if self.daily else self.chance.uniform(12, 40)
        self.sent = self.chance.uniform(90, 300) if self.daily else self.chance.uniform(8, 30)
        self.weekend = self.chance.uniform(0.02, 0.3)

    def rate(self, slot: int) -> float:
        """Expected in one slot: most of the day's between eight and four, little in the evening, least at weekends."""
        day, hour = BEGINS + timedelta(days=slot // SLOTS_A_DAY), slot % SLOTS_A_DAY / 4
        share = 0.9 / 32 if 8 <= hour < 16 else 0.1 / 64
        closed = day.weekday() > 4 or is_holiday(day.date())
        return self.by_day * share * (self.weekend if closed else 1)

    def works(self, slot: int) -> bool:
        day, hour = BEGINS + timedelta(days=slot // SLOTS_A_DAY), slot % SLOTS_A_DAY / 4
        return day.weekday() < 5 and not is_holiday(day.date()) and 8 <= hour < 16


def poisson(chance: random.Random, mean: float) -> int:
    limit, product, n = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        n += 1
    return n


def simulated(partner: Partner, stop: int | None) -> list[int]:
    slots = (BEFORE + DAYS) * SLOTS_A_DAY
    return [
        0 if stop is not None and s >= stop else poisson(partner.chance, partner.rate(s))
        for s in range(slots)
    ]


def found_after(partner: Partner, stop: int) -> int:
    """Slots of working time from the stop until it is found: by what no longer comes, or by receipts that do not."""
    traffic = Traffic(BEGINS, simulated(partner, stop))
    ours: list[int] = []
    worked = 0
    for slot in range(stop, traffic.slots):
        ours += [slot] * poisson(partner.chance, partner.rate(slot) / partner.by_day * partner.sent)
        worked += partner.works(slot)
        late = sum(1 for sent in ours if sent < slot - 4)
        if traffic.silent(slot + 1, late) is not None:
            return worked
    return 10**6


@pytest.mark.parametrize("daily", [True, False])
def test_a_partner_who_stops_is_found_in_time(daily: bool) -> None:
    limit = FOUND_IN_DAILY if daily else FOUND_IN_RARE
    waits = []
    for number in range(PARTNERS):
        partner = Partner(random.Random(number), daily)
        stop = partner.chance.randrange(BEFORE * SLOTS_A_DAY, (BEFORE + DAYS - 14) * SLOTS_A_DAY)
        waits.append(found_after(partner, stop))
    print(f"found after (working hours): median {sorted(waits)[len(waits) // 2] / 4}, last {max(waits) / 4}")
    assert max(waits) <= limit, waits


@pytest.mark.parametrize("daily", [True, False])
def test_seldom_is_it_cried_for_nothing(daily: bool) -> None:
    alarms = 0
    for number in range(PARTNERS):
        traffic = Traffic(BEGINS, simulated(Partner(random.Random(number), daily), None))
        silent = False
        for slot in range(BEFORE * SLOTS_A_DAY, traffic.slots):
            now = traffic.silent(slot + 1) is not None
            alarms += now and not silent
            silent = now
    a_year = alarms / (PARTNERS * DAYS / 365)
    print(f"{alarms} false alarms, {a_year:.2f} in a partner's year")
    assert a_year <= 1


def test_one_type_that_stops_is_found_while_the_others_go_on() -> None:
    partner = Partner(random.Random(5), daily=True)
    stop = BEFORE * SLOTS_A_DAY + 40
    assert Traffic(BEGINS, simulated(partner, stop)).silent(stop + 12) is not None
    assert Traffic(BEGINS, simulated(partner, None)).silent(stop + 12) is None


def test_a_holiday_is_as_quiet_as_a_sunday_and_no_alarm() -> None:
    partner = Partner(random.Random(6), daily=True)
    day = (datetime(2026, 5, 14) - BEGINS).days  # Kristi himmelfart, a Thursday
    counts = simulated(partner, None)[: (day + 1) * SLOTS_A_DAY]
    traffic = Traffic(BEGINS, counts)
    assert all(traffic.silent(slot) is None for slot in range(day * SLOTS_A_DAY, traffic.slots))


def test_three_late_receipts_are_enough_and_two_are_not() -> None:
    traffic = Traffic(BEGINS, [0] * SLOTS_A_WEEK)
    assert traffic.silent(late_receipts=2) is None
    silence = traffic.silent(late_receipts=3)
    assert silence is not None and "3 meldinger er ubesvart" in silence.words


def test_a_new_partner_is_not_missed() -> None:
    assert Traffic(BEGINS, [0] * 2 * SLOTS_A_WEEK).silent() is None


@pytest.mark.parametrize(
    ("came", "expected", "chance"), [(0, 9.3, 9.1e-5), (2, 3.0, 0.4232), (0, 0, 1), (5, 5, 0.616)]
)
def test_poisson(came: int, expected: float, chance: float) -> None:
    assert at_most(came, expected) == pytest.approx(chance, rel=0.01)


@pytest.mark.parametrize(
    "day", ["2026-04-02", "2026-04-05", "2026-05-14", "2026-05-25", "2027-03-28", "2026-12-24"]
)
def test_holidays(day: str) -> None:
    assert is_holiday(date.fromisoformat(day))
    assert not is_holiday(date(2026, 11, 27))
