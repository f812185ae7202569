"""How often one may ask: a busy nurse never meets the limit, a harvester does, and nobody else suffers for it."""

import time
from dataclasses import replace

import httpx
import pytest

from akson import api
from akson.access.actor import Attested, PurposeOfUse
from akson.app.cast import CAST
from akson.app.settings import load
from akson.fhir.problem import Problem
from akson.identity.rates import BUCKETS_MAX, Buckets, Rates, unlimited
from tests.api.conftest import ByName
from tests.record.conftest import House, house

__all__ = ["house"]


class Hand:
    """A clock moved by hand."""

    at = 0.0

    def __call__(self) -> float:
        return self.at


def rates(now: Hand, **more: float) -> Rates:
    return Rates(**{"user": 2, "partner": 5, "login_per_minute": 6, **more}, now_s=now)


def refused(ask) -> Problem:
    with pytest.raises(Problem) as too_often:
        ask()
    return too_often.value


def test_a_burst_passes_then_the_rate_holds() -> None:
    now = Hand()
    limited = rates(now)
    for _ in range(20):
        limited.caller(CAST["ida"])
    told = refused(lambda: limited.caller(CAST["ida"]))
    assert (told.id, told.retry_after_s) == ("AKS-IDENTITY-060", 1)
    limited.caller(CAST["omar"])
    now.at = 0.5
    limited.caller(CAST["ida"])
    refused(lambda: limited.caller(CAST["ida"]))
    now.at = 100
    for _ in range(20):
        limited.caller(CAST["ida"])


def test_all_of_a_partner_together() -> None:
    now = Hand()
    limited = rates(now, user=100)
    attest = Attested((), PurposeOfUse.TREATMENT, "", "", legal_entity="990002")
    doctors = [replace(CAST["grete"], id=f"doctor-{n}", attested=attest) for n in range(60)]
    for doctor in doctors[:50]:
        limited.caller(doctor)
    assert refused(lambda: limited.caller(doctors[50])).id == "AKS-IDENTITY-061"
    limited.caller(CAST["grete"])


def test_the_nodes_own_system_is_not_counted_and_a_client_of_others_is() -> None:
    limited = rates(Hand())
    for _ in range(1_000):
        limited.caller(CAST["system"])
    backend = replace(CAST["system"], client="register")
    for _ in range(20):
        limited.caller(backend)
    refused(lambda: limited.caller(backend))


def test_logins_of_one_address_for_one_account() -> None:
    limited = rates(Hand())
    for _ in range(6):
        limited.entrance("10.0.0.1", "ida")
    assert refused(lambda: limited.entrance("10.0.0.1", "ida")).id == "AKS-IDENTITY-062"
    limited.entrance("10.0.0.1", "omar")
    limited.entrance("10.0.0.2", "ida")


def test_zero_is_no_limit() -> None:
    free = unlimited()
    for _ in range(10_000):
        free.caller(CAST["ida"])
        free.entrance("a", "b")


def test_it_remembers_a_bounded_number_and_forgets_those_that_are_full() -> None:
    buckets = Buckets(1.0, 10.0)
    for n in range(BUCKETS_MAX * 2):
        assert buckets.take(f"user {n}", n * 0.001) == 0.0
    assert len(buckets._left) <= BUCKETS_MAX


def test_a_busy_nurse_never_meets_the_default() -> None:
    """A page of 40 parts each second for a whole minute, and a list of 300 at once before it."""
    settings, now = load(environ={}), Hand()
    limited = Rates(
        user=settings.user_requests_per_second,
        partner=settings.partner_requests_per_second,
        login_per_minute=settings.logins_per_minute,
        now_s=now,
    )
    for _ in range(300):
        limited.caller(CAST["ida"])
    for second in range(60):
        now.at = float(second)
        for _ in range(40):
            limited.caller(CAST["ida"])


def test_asking_costs_next_to_nothing() -> None:
    limited = Rates(user=1e9, partner=1e9, login_per_minute=60, now_s=time.monotonic)
    best = min(_seconds(limited) for _ in range(5))
    assert best / 10_000 < 20e-6


def _seconds(limited: Rates) -> float:
    ida, began = CAST["ida"], time.thread_time()
    for _ in range(10_000):
        limited.caller(ida)
    return time.thread_time() - began


async def test_the_door_answers_429_with_what_to_do(house: House) -> None:
    door = api.build(house.record, callers=ByName(), rates=rates(Hand(), user=0.3))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=door), base_url="http://akson.test"
    ) as client:
        answers = [
            await client.get("/fhir/Patient/astrid", headers={"Authorization": "Bearer ida"})
            for _ in range(4)
        ]
        other = await client.get("/fhir/Patient/astrid", headers={"Authorization": "Bearer omar"})
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert int(answers[3].headers["retry-after"]) >= 1
    issue = answers[3].json()["issue"][0]
    assert issue["code"] == "throttled" and issue["details"]["coding"][0]["code"] == "AKS-IDENTITY-060"
    assert other.status_code == 404
