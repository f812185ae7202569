"""The lab's houses by themselves: pure, told the time. What they do with what they hear is what is tested."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.exchange.samples import stay

from akson.exchange.opening import open_message
from akson_lab.houses.addresses import CASEWORKERS, HAVNES, LILLEFJORD, NURSES, TORGET, address
from akson_lab.houses.gp_office import GpOffice
from akson_lab.houses.hospital_system import HospitalSystem
from akson_lab.houses.house import Heard, House, NotNow
from akson_lab.houses.neighbour import Neighbour
from akson_lab.people import help_number, resident_of, residents

NOW = datetime(2026, 11, 16, 13, tzinfo=UTC)
FACTS = stay()
ASTRID = resident_of(FACTS)
HOUR = timedelta(hours=1)


def hospital(**more: bool) -> HospitalSystem:
    return HospitalSystem("hospital", HAVNES, FACTS, (ASTRID, *residents(1, 2)), **more)  # type: ignore[arg-type]


def municipality() -> Neighbour:
    """A stand-in under Storvik's number."""
    return Neighbour(address(NURSES), FACTS, (ASTRID,), by_itself=False)


def gp(*, hurries: bool = False) -> GpOffice:
    return GpOffice(TORGET, FACTS, (ASTRID,), hurries=hurries)


def pass_on(
    frm: House, to: House, now: datetime, *, status: str = "1", codes: tuple[str, ...] = ()
) -> list[str]:
    """Everything `frm` has to say to `to`, answered with that status; gives the types."""
    said = frm.due(now)
    for out in said:
        heard = Heard.of(open_message(out.document), frm.her)
        assert heard is not None
        if status == "1":
            to.hears(heard, now)
        if status:
            frm.receipt(out.msg_id, status, codes, now)
    return [out.type for out in said]


def told(house: HospitalSystem) -> bool:
    return house.stays["A"].told is not None


def open_work(house: House) -> list[str]:
    return [w.words for w in house.work if w.done is None]


def test_the_municipality_is_told_only_by_a_positive_receipt() -> None:
    house, here = hospital(), municipality()
    for kind in ("admission", "ready"):
        house.send(kind, NOW)
    assert not told(house)
    pass_on(house, here, NOW, status="")
    house.due(NOW + 2 * HOUR)
    assert not told(house) and open_work(house) == ["Kommunen er ikke varslet (ingen kvittering)"]
    house.receipt(house.stays["A"].sent["ready"], "1", (), NOW + 3 * HOUR)
    assert told(house) and not open_work(house)


def test_a_refused_ready_is_corrected_and_sent_again_but_not_for_ever() -> None:
    house, here = hospital(), municipality()
    house.send("admission", NOW)
    pass_on(house, here, NOW)
    first = house.send("ready", NOW)
    for _ in range(5):
        pass_on(house, here, NOW, status="2", codes=("E36",))
    place = house.stays["A"]
    assert place.corrections == 2 and place.sent["ready"] != first and not told(house)
    assert open_work(house) == ["Kommunen er ikke varslet (avvist: E36)"]
    house.receipt(place.sent["ready"], "1", (), NOW)
    assert told(house) and not open_work(house)


def test_an_answer_that_she_cannot_come_holds_her_until_another_comes() -> None:
    house, here = hospital(), municipality()
    for kind in ("admission", "ready"):
        house.send(kind, NOW)
    pass_on(house, here, NOW)
    here.send("ready-refusal", NOW)
    assert pass_on(here, house, NOW) == ["DIALOG_NOTAT"]
    assert house.stays["A"].promised is False and "hun blir liggende" in open_work(house)[0]
    here.send("ready-answer", NOW, in_days=2)
    pass_on(here, house, NOW)
    assert (
        house.stays["A"].promised is True
        and house.stays["A"].answer.endswith("18.11.2026.")
        and not open_work(house)
    )


def test_a_question_for_status_is_answered_with_an_update() -> None:
    house, here = hospital(), municipality()
    for kind in ("admission", "early-notice"):
        house.send(kind, NOW)
    pass_on(house, here, NOW)
    here.send("status-request", NOW)
    pass_on(here, house, NOW)
    assert pass_on(house, here, NOW) == ["HELSEOPPL_SOKNAD"]
    assert house.stays["A"].sent["update"] != house.stays["A"].sent["early-notice"]


def test_the_early_notice_goes_by_itself_within_a_day() -> None:
    house = hospital(hurries=False)
    house.send("admission", NOW)
    house.due(NOW)
    assert not house.due(NOW + 19 * HOUR)
    [notice] = house.due(NOW + 21 * HOUR)
    assert notice.type == "HELSEOPPL_SOKNAD" and notice.to == CASEWORKERS


def test_two_stays_at_once_are_two() -> None:
    house, here = hospital(), municipality()
    house.send("admission", NOW, stay="A")
    house.send("admission", NOW, stay="B", ward="Alderspsykiatrisk avdeling")
    house.send("ready", NOW, stay="B")
    pass_on(house, here, NOW)
    here.send("ready-answer", NOW)
    pass_on(here, house, NOW)
    assert house.stays["A"].promised is None and house.stays["B"].promised is True


@pytest.mark.parametrize("kind", ["ready", "withdrawn", "discharge", "letter", "death"])
def test_nobody_is_spoken_of_who_is_not_there(kind: str) -> None:
    with pytest.raises(NotNow, match="none"):
        hospital().send(kind, NOW)


@pytest.mark.parametrize(
    ("code", "type"),
    [("1", "MEDISINSKE_OPPLYSNINGER"), ("3", "DIALOG_SVAR"), ("4", "MEDISINSKE_OPPLYSNINGER"), ("5", "DIALOG_SVAR"),
     ("6", "DIALOG_SVAR"), ("7", "DIALOG_SVAR"), ("8", "DIALOG_SVAR"), ("99", "DIALOG_SVAR")],
)  # fmt: skip
def test_the_gp_answers_by_code_in_his_own_time(code: str, type: str) -> None:
    office, here = gp(), municipality()
    here.send("request", NOW, to=office.her, code=code)
    pass_on(here, office, NOW)
    assert not office.due(NOW)
    came = [(hours, t) for hours in range(120) for t in pass_on(office, here, NOW + hours * HOUR)]
    assert came[-1][1] == type and len(came) == (2 if code == "5" else 1)
    assert came[0][0] <= 72, "an answer, or an interim one, within three days"
    assert not open_work(office)


def test_a_message_of_somebody_elses_patient_comes_back_as_a_deviation() -> None:
    stranger = residents(9, 1)[0]
    office, here = gp(hurries=True), Neighbour(address(NURSES), FACTS, (stranger,), by_itself=False)
    asked = here.send("request", NOW, to=office.her)
    pass_on(here, office, NOW)
    [out] = office.due(NOW)
    heard = Heard.of(open_message(out.document), office.her)
    assert heard is not None and (heard.type, heard.parent) == ("DIALOG_AVVIK", asked)
    assert heard.national_id == stranger.national_id


def test_the_neighbour_takes_over_while_it_has_places() -> None:
    far = Neighbour(LILLEFJORD, FACTS, residents(1, 1, city="Lillefjord"))
    here = Neighbour(address(NURSES), FACTS, residents(5, 6), by_itself=False)
    said = []
    for person in range(6):
        here.send("take-over", NOW, person=person, to=far.her)
        pass_on(here, far, NOW)
        said += pass_on(far, here, NOW)
    assert said.count("DIALOG_SVAR") == 6 and said.count("DIALOG_FORESPORSEL") == 4
    assert far.shown(NOW)["free"] == 0


def test_residents_are_synthetic_and_the_same_by_seed() -> None:
    drawn = residents(3, 20)
    assert drawn == residents(3, 20) != residents(4, 20)
    assert all(int(p.national_id[2:4]) > 80 for p in drawn)
    assert len(help_number(ASTRID.born, female=True)) == 11
