"""«Fra andre» as the staff see it: whose each line is, who is missing and what with them; in care and in emergency."""

import re
from html import unescape

import httpx

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.playing.neighbourhood import Neighbourhood
from akson.record.acts.grounds import Ground


async def page(town: Neighbourhood, who: str, path: str) -> tuple[int, str]:
    node = town["storvik"].node
    cookies = {"akson": node.sessions.start(CAST[who])} if who else {}
    async with httpx.AsyncClient(base_url=town["storvik"].address, cookies=cookies, timeout=30) as client:
        got = await client.get(path)
    return got.status_code, re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", got.text)))


async def test_each_line_says_whose_it_is_and_the_first_is_what_is_grave(town: Neighbourhood) -> None:
    await town.tell()
    status, text = await page(town, "ida", "/pasient/astrid/andre")
    assert status == 200 and "Alle 2 som ble spurt, har svart." in text
    assert re.search(r"Metoprolol 50 mg.{0,80}Lillefjord kommune hentet \d\d:\d\d", text), text
    assert re.search(r"Insulin glargin.{0,80}Havneby kommune hentet", text)
    assert text.index("Allergi: Penicillin") < text.index("Metoprolol") and "Disulfiram" not in text
    assert "Marevan" not in text, "that is Bo's"


async def test_who_did_not_answer_stands_first_with_what_may_be_missing(town: Neighbourhood) -> None:
    await town.tell()
    await town["lillefjord"].leave()
    try:
        status, text = await page(town, "ida", "/pasient/astrid/andre")
    finally:
        await town["lillefjord"].come_back()
    assert status == 200 and "1 kilde mangler Lillefjord kommune Kilden kunne ikke nås." in text
    assert "Kan ha mer: legemidler" in text and "Kan mangle noe fra Lillefjord kommune." in text
    assert "Insulin glargin" in text


async def test_with_the_index_down_it_says_that_everybody_was_asked(town: Neighbourhood) -> None:
    await town["havneby"].leave()
    try:
        status, text = await page(town, "ida", "/pasient/astrid/andre")
    finally:
        await town["havneby"].come_back()
    assert status == 200 and "svarer ikke" in text and "Havneby kommune" in text and "Metoprolol" in text


async def test_who_has_no_relation_is_refused_and_an_emergency_opens_it(town: Neighbourhood) -> None:
    await town.tell()
    status, text = await page(town, "nadia", "/pasient/astrid/andre")
    assert status in (403, 404) and "Metoprolol" not in text
    status, text = await page(town, "nadia", "/nodtilgang/astrid/andre")
    assert status == 303
    session = town["storvik"].node.record.open(CAST["nadia"], PurposeOfUse.EMERGENCY)
    await session.open_emergency("astrid", Ground("unconscious"))
    status, text = await page(town, "nadia", "/nodtilgang/astrid/andre")
    assert status == 200 and "Metoprolol 50 mg" in text and "Nødtilgang til" in text, text[:2000]
    theirs = [e for _, e in await town["lillefjord"].node.log.events_of(1, "p-17", count=30)]
    seen = next(e for e in theirs if e.actor_name == "Nadia Berg" and e.resources)
    assert seen.purpose == "emergency" and seen.decision_ref


async def test_a_caseworker_sees_no_health_data_of_others_either(town: Neighbourhood) -> None:
    _, text = await page(town, "kari", "/pasient/astrid/andre")
    assert "Metoprolol" not in text
