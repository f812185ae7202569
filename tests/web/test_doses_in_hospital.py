"""While she is in hospital nobody here gives her anything: the doses of the stay are on hold, and none of them is late."""

from datetime import UTC, datetime, timedelta

from tests.web.conftest import Rooms
from tests.web.hospital import Stay
from tests.web.test_administration import PATH, forms
from tests.web.test_patient_pages import words


async def test_doses_of_the_stay_are_on_hold_and_asked_of_nobody(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    before = forms((await ida.get(PATH)).text)
    assert before
    stay = Stay("astrid", datetime.now(UTC) - timedelta(days=2), id="astrid-doser-venter").encounter
    await rooms.put(stay)
    try:
        page = (await ida.get(PATH)).text
        assert "Over tiden" not in words(page) and "Gis nå" not in words(page)
        held = page[page.index('id="g-held"') :].partition("</section>")[0]
        assert "På vent: innlagt på sykehus" in words(page)
        assert forms(held) == forms(page) != {}, (
            "what was given here all the same is recorded behind one more press"
        )
        assert held.count("<summary>Gitt her likevel") == held.count('<li class="held">')
    finally:
        await rooms.put({**stay, "status": "entered-in-error"})
    assert forms((await ida.get(PATH)).text) == before, "a stay that was entered in error never was"
