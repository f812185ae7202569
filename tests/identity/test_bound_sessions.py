"""Sessions bound to a browser's key: what a copied cookie is worth, how it locks, and what a PIN opens (K-06, T24)."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from akson.app.cast import CAST
from akson.fhir.problem import Problem
from akson.identity.issuers.local import LocalIssuer
from akson.identity.sessions import SESSION_LIFETIME, Sessions, Standing, Vouched
from akson.identity.sessions.pins import TRIES_MAX
from akson.identity.sessions.proofs import Asked
from akson.identity.sessions.sessions import BOUND_WITHIN, COOKIE_LIFETIME, LOCK_AFTER
from akson.world import FixedClock, SystemRandom
from tests.identity.browser_key import BrowserKey

NOW = datetime(2031, 1, 1, 8, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())
SECRET, OTHER_SECRET = "s" * 43, "t" * 43
PIN = "7294"


@dataclass
class Machine:
    """One browser, and the node it talks to."""

    folder: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        self.sessions = self.process()
        self.key = BrowserKey(self.clock)
        self.cookie = self.sessions.start_vouched(
            CAST["ida"], Vouched("helseid", "sid-1", "sub-1", "id.token"), needs_device=True
        )
        self.id = self.cookie.split(".")[1]

    def process(self) -> Sessions:
        """One more of the node's processes: they share the files."""
        issuer = LocalIssuer(KEY, clock=self.clock, random=SystemRandom())
        return Sessions(issuer, ended=self.folder / "ended", clock=self.clock)

    def asked(self, path: str = "/okt/forny", method: str = "POST") -> Asked:
        return Asked(method, path, self.id)

    def proof(self, path: str = "/okt/forny", **more: Any) -> str:
        return self.key.proof("POST", path, self.id, **more)

    def bind(self) -> "Machine":
        self.cookie = self.sessions.bind(
            self.cookie, self.proof("/okt/bind", first=True), self.asked("/okt/bind")
        )
        return self

    def renew(self, active: bool = True) -> None:
        self.cookie = self.sessions.renew(self.cookie, self.proof(), self.asked(), active=active)

    def standing(self, cookie: str = "") -> Standing | None:
        found = self.sessions.look(cookie or self.cookie)
        return found.standing if found else None

    def choose(self, pin: str = PIN) -> None:
        found = self.sessions.look(self.cookie)
        assert found
        self.sessions.pins.choose(found.actor, found.device, SECRET, pin)

    def resume(self, pin: str = PIN, secret: str = SECRET) -> tuple[bool, int]:
        done = self.sessions.resume(
            self.cookie, self.proof("/las/apne"), self.asked("/las/apne"), pin=pin, secret=secret
        )
        self.cookie = done.cookie or self.cookie
        return bool(done.cookie), done.left


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def bound(machine: Machine) -> Machine:
    return machine.bind()


def test_nothing_is_shown_before_the_browser_has_shown_its_key(machine: Machine) -> None:
    assert machine.standing() is Standing.UNBOUND and machine.sessions.find(machine.cookie) is None
    machine.clock.advance(BOUND_WITHIN)
    assert machine.standing() is None
    with pytest.raises(Problem, match="did not prove"):
        machine.bind()


def test_bound_it_lets_in_and_says_who(bound: Machine) -> None:
    found = bound.process().find(bound.cookie)
    assert found is not None and found.actor == CAST["ida"] and found.device
    assert found.since == NOW


def test_the_cookie_of_before_the_binding_is_worth_nothing(machine: Machine) -> None:
    before = machine.cookie
    machine.bind()
    assert machine.sessions.look(before) is None


def test_nobody_binds_a_second_key(bound: Machine) -> None:
    thief = BrowserKey(bound.clock)
    with pytest.raises(Problem, match="did not prove"):
        bound.sessions.bind(
            bound.cookie, thief.proof("POST", "/okt/bind", bound.id, first=True), bound.asked("/okt/bind")
        )


def test_a_cookie_dies_within_a_minute_unless_the_key_renews_it(bound: Machine) -> None:
    copied = bound.cookie
    bound.clock.advance(COOKIE_LIFETIME)
    assert bound.standing(copied) is Standing.STALE and bound.sessions.find(copied) is None
    bound.renew()
    assert bound.standing() is Standing.OPEN and bound.standing(copied) is Standing.STALE


def test_a_copied_cookie_renews_resumes_and_changes_nothing(bound: Machine) -> None:
    """K-06."""
    bound.choose()
    thief = BrowserKey(bound.clock)
    for proof in (
        "",
        "x.y.z",
        thief.proof("POST", "/okt/forny", bound.id),
        thief.proof("POST", "/okt/forny", bound.id, first=True),
        thief.proof("POST", "/okt/forny", bound.id, header={"jwk": bound.key.jwk}),
    ):
        with pytest.raises(Problem) as refused:
            bound.sessions.renew(bound.cookie, proof, bound.asked(), active=True)
        assert refused.value.id == "AKS-SESSION-001"
        with pytest.raises(Problem):
            bound.sessions.prove(bound.cookie, proof, bound.asked())
        with pytest.raises(Problem):
            bound.sessions.resume(bound.cookie, proof, bound.asked(), pin=PIN, secret=SECRET)


@pytest.mark.parametrize(
    "more",
    [
        {"htm": "GET"}, {"htu": "/las/apne"}, {"sid": "0" * 32}, {"jti": ""}, {"jti": 1}, {"jti": "x" * 65}, {"iat": "now"},
        {"iat": True}, {"iat": int(NOW.timestamp()) - 61}, {"iat": int(NOW.timestamp()) + 60},
        {"header": {"typ": "dpop+jwt"}},
        {"header": {"crit": ["x"]}},
    ],
    ids=str,
)  # fmt: skip
def test_a_proof_for_something_else_is_no_proof(bound: Machine, more: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        bound.sessions.prove(bound.cookie, bound.proof(**more), bound.asked())
    assert refused.value.id in ("AKS-SESSION-001", "AKS-SESSION-002")


def test_a_proof_is_used_once_on_any_process(bound: Machine) -> None:
    proof = bound.proof()
    bound.sessions.prove(bound.cookie, proof, bound.asked())
    for process in (bound.sessions, bound.process()):
        with pytest.raises(Problem, match="did not prove"):
            process.prove(bound.cookie, proof, bound.asked())


def test_a_proof_that_was_refused_for_something_else_is_not_kept(bound: Machine) -> None:
    bound.sessions.lock(bound.cookie)
    with pytest.raises(Problem) as refused:
        bound.renew()
    assert refused.value.id == "AKS-SESSION-003"


def test_idle_it_locks_by_itself_whatever_the_page_does(bound: Machine) -> None:
    for _ in range(int(LOCK_AFTER / COOKIE_LIFETIME)):
        bound.clock.advance(COOKIE_LIFETIME - timedelta(seconds=1))
        bound.cookie = bound.sessions.renew(bound.cookie, bound.proof(), bound.asked(), active=False)
    bound.clock.advance(COOKIE_LIFETIME)
    assert bound.standing() is Standing.LOCKED
    with pytest.raises(Problem) as refused:
        bound.renew(active=True)
    assert refused.value.id == "AKS-SESSION-003", "only the PIN opens it"


def test_locked_by_hand_it_is_locked_on_every_process(bound: Machine) -> None:
    bound.sessions.lock(bound.cookie)
    found = bound.process().look(bound.cookie)
    assert found and found.standing is Standing.LOCKED


def test_the_pin_opens_it_again(bound: Machine) -> None:
    bound.choose()
    bound.sessions.lock(bound.cookie)
    bound.clock.advance(timedelta(hours=1))
    assert bound.resume() == (True, TRIES_MAX)
    assert bound.standing() is Standing.OPEN


def test_the_pin_opens_nothing_in_another_browser(bound: Machine) -> None:
    """The secret of this browser is half of it."""
    bound.choose()
    bound.sessions.lock(bound.cookie)
    assert bound.resume(secret=OTHER_SECRET) == (False, TRIES_MAX - 1)
    assert bound.resume() == (True, TRIES_MAX)


def test_five_wrong_pins_end_the_session(bound: Machine) -> None:
    bound.choose()
    bound.sessions.lock(bound.cookie)
    left = [bound.resume("0000")[1] for _ in range(TRIES_MAX)]
    assert left == [4, 3, 2, 1, 0]
    assert bound.standing() is None and not list((bound.folder / "pins").iterdir())


def test_tries_are_counted_across_sessions(bound: Machine) -> None:
    """Logging in strongly again does not give five more to one who looks over a shoulder."""
    bound.choose()
    for _ in range(3):
        bound.resume("0000")
    again = Machine(bound.folder, bound.clock)
    again.key = bound.key
    again.bind()
    assert again.resume("0000") == (False, 1)


def test_a_hundred_tries_at_once_are_still_five(bound: Machine) -> None:
    bound.choose()
    found = bound.sessions.look(bound.cookie)
    assert found
    pins, right = [f"{n:04}" for n in range(7285, 7297)], []
    assert PIN in pins

    def attempt(pin: str) -> None:
        right.append(bound.sessions.pins.try_(found.actor, found.device, SECRET, pin))

    threads = [threading.Thread(target=attempt, args=(pin,)) for pin in pins if pin != PIN]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(tried.right for tried in right)
    assert sorted((tried.left for tried in right), reverse=True)[:5] == [4, 3, 2, 1, 0]
    assert bound.sessions.pins.try_(found.actor, found.device, SECRET, PIN).right is False, "it is used up"


@pytest.mark.parametrize(
    "pin", ["", "123", "1234", "4321", "0000", "1212", "12a4", "１２３４５", "1" * 13, "7 94"]
)
def test_a_pin_that_anybody_would_try_first_is_refused(bound: Machine, pin: str) -> None:
    with pytest.raises(Problem) as refused:
        bound.choose(pin)
    assert refused.value.id == "AKS-SESSION-006"


def test_neither_pin_nor_secret_nor_cookie_is_in_a_file(bound: Machine) -> None:
    bound.choose()
    whole = b"".join(path.read_bytes() for path in bound.folder.rglob("*") if path.is_file())
    assert (
        PIN.encode() + b'"' not in whole
        and SECRET.encode() not in whole
        and bound.cookie.encode() not in whole
    )
    for path in bound.folder.rglob("*"):
        assert not path.stat().st_mode & 0o077, path


def test_it_ends_with_the_shift_and_at_once_when_ended(bound: Machine) -> None:
    assert bound.process().end(bound.cookie) == "id.token"
    assert bound.standing() is None
    other = Machine(bound.folder, bound.clock).bind()
    bound.clock.advance(SESSION_LIFETIME)
    assert other.standing() is None
    other.process()
    assert [path.name for path in (bound.folder / "sessions").iterdir()] == ["lock"]


def test_the_issuer_ends_what_it_vouched_for(bound: Machine) -> None:
    assert bound.sessions.end_vouched("idporten", session="sid-1", subject="") == 0
    assert bound.sessions.end_vouched("helseid", session="sid-2", subject="") == 0
    assert bound.sessions.end_vouched("helseid", session="sid-1", subject="") == 1
    assert bound.standing() is None


def test_the_demos_session_becomes_bound_when_its_user_wants_a_pin(machine: Machine) -> None:
    signed = machine.sessions.start(CAST["siri"])
    bound = machine.sessions.bind(
        signed, machine.key.proof("POST", "/okt/bind", "name", first=True), Asked("POST", "/okt/bind", "name")
    )
    assert machine.sessions.look(signed) is None
    found = machine.sessions.find(bound)
    assert found and found.actor == CAST["siri"] and found.device and found.since == NOW


@pytest.mark.parametrize("change", ["", ".", "s1", "s1...", "s1.x.1.y", "{0}x", "{0}.x"])
def test_a_changed_cookie_is_no_session(bound: Machine, change: str) -> None:
    wrong = change.format(bound.cookie)
    assert bound.sessions.look(wrong) is None
    bound.sessions.end(wrong)
    bound.sessions.lock(wrong)


def test_a_longer_life_cannot_be_written_into_the_cookie(bound: Machine) -> None:
    version, id, until, seal = bound.cookie.split(".")
    assert bound.sessions.look(f"{version}.{id}.{int(until) + 3600}.{seal}") is None
    assert bound.sessions.look(f"{version}.../../{id}.{until}.{seal}") is None


def test_form_tokens_hold_for_the_whole_session(bound: Machine) -> None:
    before = bound.sessions.look(bound.cookie)
    bound.clock.advance(timedelta(seconds=40))
    bound.renew()
    after = bound.sessions.look(bound.cookie)
    assert before and after and before.form_key == after.form_key != bound.cookie
