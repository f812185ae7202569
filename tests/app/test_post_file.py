"""What `post.toml` may say, which way a letter then goes, and a transport that is down."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from akson.app.posting import declared
from akson.app.posting.carriers import Carrier
from akson.app.posting.declared import Api, Declared, Partner
from akson.app.posting.routing import Router, kind_for
from akson.exchange.partners.instead import ASK, FIND
from akson.exchange.partners.partners import Answer, Verdict
from akson.exchange.transport.contract import Arrival, Handed, Kind, Parcel, Undeliverable, Unreachable
from akson.fhir.problem import Problem
from akson.world import SystemClock, SystemRandom
from tests.app.nodes import akson
from tests.exchange.outbox.test_receipts import answer
from tests.exchange.samples import admission, id

WHOLE = """
otherwise = ""
[helseid]
address = "https://helseid-sts.nhn.no"
client_id = "c"
[register]
address = "https://register.example"
[edi20]
address = "https://edi.example"
her_ids = ["990002"]
[[partner]]
her_id = "990202"
transport = "edi20"
until = 2027-12-31
receives = ["DIALOG_FORESPORSEL 1.1"]
answers_within_days = 2
"""


def load(folder: Path, text: str) -> Declared:
    (folder / declared.FILE_NAME).write_text(text, "utf-8")
    return declared.load(folder)


def test_without_a_file_everything_goes_by_the_folder(tmp_path: Path) -> None:
    assert declared.load(tmp_path) == Declared() and Declared().open == ("folder",)


def test_a_whole_file(tmp_path: Path) -> None:
    found = load(tmp_path, WHOLE)
    assert found.open == ("folder", "edi20") and found.partners["990202"].until == date(2027, 12, 31)
    assert found.edi20 is not None and found.edi20.scope == "nhn:msh/api"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('her_ids = ["990002"]', "", "edi20: 'her_ids' is missing"),
        ('"https://edi.example"', '"http://edi.example"', "it must begin with https://"),
        ('transport = "edi20"', 'transport = "amqp"', "'amqp' is not open here"),
        ('her_id = "990202"', "her_id = 990202", "it must be a HER-id"),
        ("until = 2027-12-31", 'until = "2027-12-31"', "it must be a day"),
        ("[helseid]", "[heilseid]", "'heilseid' is not known"),
        ("DIALOG_FORESPORSEL 1.1", "DIALOG_FORESPORSEL", "a list of types and versions"),
        ('otherwise = ""', 'otherwise = "pigeon"', "otherwise: 'pigeon' is not open here"),
        ('otherwise = ""', 'prescription_hub = "x"', "prescription_hub: "),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert before in WHOLE
    with pytest.raises(Problem) as refused:
        load(tmp_path, WHOLE.replace(before, after))
    assert refused.value.id == "AKS-POST-001" and told in refused.value.why


MAIL = """
[helseid]
address = "https://helseid-sts.nhn.no"
client_id = "c"
[register]
address = "https://register.example"
[ebxml]
her_ids = ["990002"]
address = "post@storvik.example"
smtp = "smtp://mail.storvik.example:25"
inbox = "imap+starttls://post@mail.storvik.example:143"
keys = "997651000"
[amqp]
url = "amqp://bus.example:5672"
her_ids = ["990002"]
keys = "997651000"
"""


def test_without_tls_nothing_leaves_this_machine_unless_somebody_says_so(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        load(tmp_path, MAIL)
    assert (
        "ebxml: smtp: smtp:// is without TLS" in refused.value.why
        and "amqp: url: amqp://" in refused.value.why
    )
    assert "inbox" not in refused.value.why
    load(tmp_path, MAIL.replace('keys = "997651000"', 'keys = "997651000"\nallow_plain = true'))
    load(tmp_path, MAIL.replace("mail.storvik.example", "127.0.0.1").replace("bus.example", "127.0.0.1"))


def test_the_page_shows_every_key() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "post.md"
    assert declared.tables_markdown() in page.read_text("utf-8")


def test_the_command_shows_it_and_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "post.toml").write_text(WHOLE.replace("2027", "2025"), "utf-8")
    done = akson("post", "show", "--data", tmp_path)
    assert done.returncode == 3 and "agreement with 990202 ended 2025-12-31" in done.stdout, done.stderr
    (tmp_path / "post.toml").write_text("[edi20]", "utf-8")
    assert "AKS-POST-001" in akson("post", "show", "--data", tmp_path).stderr


@dataclass
class Carrying:
    """A transport that does what the test says."""

    name: str
    fails: Exception | None = None
    carried: list[Parcel] = field(default_factory=list)
    lies: list[Arrival] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> Handed:
        if self.fails:
            raise self.fails
        self.carried.append(parcel)
        return Handed("r")

    async def fetch(self, limit: int) -> list[Arrival]:
        if self.fails:
            raise self.fails
        return self.lies[:limit]

    async def taken(self, arrival: Arrival) -> None:
        self.lies.remove(arrival)

    async def close(self) -> None:
        return


def parcel(type: str = "DIALOG_SVAR", receiver: str = "990202", document: bytes = b"<d/>") -> Parcel:
    return Parcel(id(5), type, id(6), "", "990002", receiver, document)


def test_by_agreement_or_otherwise_or_nowhere() -> None:
    partner = Partner("990202", "edi20", begins=date(2026, 1, 1), until=date(2026, 12, 31))
    told = Declared(partners={"990202": partner}, otherwise="")
    assert kind_for(told, "990202", date(2026, 12, 31)) == "edi20"
    for her, day, problem in (("990202", date(2027, 1, 1), "202"), ("1", date(2026, 5, 5), "201")):
        with pytest.raises(Undeliverable) as nowhere:
            kind_for(told, her, day)
        assert nowhere.value.id == f"AKS-POST-{problem}"


async def test_what_the_partner_does_not_take_is_held_back_and_receipts_are_not() -> None:
    edi, by_folder = Carrying("edi20"), Carrying("folder")

    async def came_by(sender: str, msg_id: str) -> tuple[str, str, str] | None:
        return ("edi20", "7f0c", "990002") if (sender, msg_id) == ("990202", id(1)) else None

    says = [Answer(Verdict.NO, because="nei", instead=(FIND,))]

    async def may_send(type: str, her: str) -> Answer:
        return says[-1]

    told = Declared(partners={"990202": Partner("990202", "edi20")})
    router = Router(
        told,
        {"folder": by_folder, "edi20": edi},
        came_by=came_by,
        may_send=may_send,
        today=lambda: date(2026, 11, 27),
    )
    for said, problem in ((says[0], "204"), (Answer(Verdict.NO, because="nei", instead=(ASK,)), "203")):
        says.append(said)
        with pytest.raises(Undeliverable) as held:
            await router.find(parcel())
        assert held.value.id == f"AKS-POST-{problem}"
    says.append(Answer(Verdict.UNKNOWN))
    assert (await router.find(parcel()))[0] is edi
    back = parcel("APPREC", document=answer(admission(1)))
    transport, addressed = await router.find(back)
    assert transport is edi and addressed.refers_to == "7f0c"


@pytest.mark.parametrize(
    ("sender", "brought_to", "speaks"),
    [
        ("990002", "990003", "990002"),
        ("990099", "990003", "990003"),
        ("990099", "990098", "990002"),
        ("990099", "", "990002"),
    ],
    ids=["its own", "who got it", "a stranger got it", "nobody knows who"],
)
async def test_the_receipt_of_a_service_that_is_not_there_is_spoken_by_one_that_may(
    sender: str, brought_to: str, speaks: str
) -> None:
    edi = Carrying("edi20")

    async def came_by(sender: str, msg_id: str) -> tuple[str, str, str]:
        return "edi20", "7f0c", brought_to

    told = Declared(edi20=Api("http://127.0.0.1", "", her_ids=("990002", "990003")))
    router = Router(
        told,
        {"folder": Carrying("folder"), "edi20": edi},
        came_by=came_by,
        may_send=None,
        today=lambda: date(2026, 11, 27),
    )
    document = answer(admission(1), 0, "E21")
    sent = replace(parcel("APPREC", document=document), sender=sender)
    transport, addressed = await router.find(sent)
    assert transport is edi and (addressed.sender, addressed.refers_to) == (speaks, "7f0c")
    assert addressed.document == document, "what it says is not changed"


async def test_one_that_is_down_is_told_fails_at_once_and_loses_nothing() -> None:
    inner = Carrying("edi20", fails=Unreachable("nobody there"))
    inner.lies = [Arrival("a", Kind.MESSAGE, b"<a/>"), Arrival("b", Kind.MESSAGE, b"<b/>")]
    carrier = Carrier(inner, 0.01, clock=SystemClock(), random=SystemRandom())
    kept: list[str] = []

    async def keep(transport: str, arrival: Arrival) -> bool:
        if arrival.reference == "a" and not kept:
            kept.append("not yet")
            raise ValueError("a fault of ours")
        kept.append(arrival.reference)
        return True

    assert not await carrier.round(keep) and carrier.standing.up is False
    inner.fails = None
    with pytest.raises(Unreachable):
        await carrier.send(parcel())
    assert not inner.carried, "while it is quiet nothing is tried"
    await carrier.round(keep)
    assert carrier.standing.up and kept == ["not yet", "b"] and [a.reference for a in inner.lies] == ["a"]
    stop = asyncio.Event()
    task = asyncio.create_task(carrier.carry(stop, keep))
    while inner.lies:
        await asyncio.sleep(0.01)
    stop.set()
    await task
    assert kept[-1] == "a"
