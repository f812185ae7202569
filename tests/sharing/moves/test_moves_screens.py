"""«Flytting» as the staff of both municipalities and the citizen see it, over HTTP."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx

from akson.access.actor import Actor, ActorKind
from akson.app.playing.neighbourhood import Neighbourhood
from akson.sharing.moves.package import ALWAYS
from akson.sharing.moves.steps import Form
from tests.sharing.moves.test_moves_between_nodes import Side, sides

DAY = (datetime.now(UTC) + timedelta(days=6)).date().isoformat()


class Browser:
    def __init__(self, side: Side, who: Actor | None = None) -> None:
        node = side.one.node
        cookies = {"akson": node.sessions.start(who or side.who)}
        self.client = httpx.AsyncClient(
            base_url=side.one.address, cookies=cookies, timeout=30, follow_redirects=True,
            headers={"origin": side.one.address},
        )  # fmt: skip
        self.raw = ""
        self.at = ""

    async def get(self, path: str) -> str:
        return self._text(await self.client.get(path))

    async def post(self, path: str, **fields: str) -> str:
        token = re.search(r'name="token" value="([^"]+)"', self.raw)
        assert token, self.raw[:500]
        return self._text(await self.client.post(path, data={"token": token[1], **fields}))

    def _text(self, got: httpx.Response) -> str:
        self.raw, self.at = got.text, str(got.url.path)
        assert got.status_code in (200, 422), (got.status_code, got.text[:300])
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", got.text)))


async def test_one_sends_and_the_other_takes_her_in(town: Neighbourhood) -> None:
    old, new = await sides(town, "skjerm", "20037819485")
    nurse, there = Browser(old), Browser(new)
    text = await nurse.get("/pasient/skjerm/flytting")
    assert "Forbered flytting eller opphold" in text and "Storvik kommune" in text
    text = await nurse.post(
        "/pasient/skjerm/flytting",
        **{"kommune": new.one.org, "hva": "flytting", "dato": DAY, "del-services": "1", "del-tasks": "1"},
    )
    assert "Flytter til Storvik kommune" in text and "Metoprolol 50 mg" in text and "Ikke sendt ennå" in text
    assert "Disulfiram" not in text and "alvorlig" in text
    one = nurse.at
    # The receiver is down: kept, said, and the same page sends again.
    await new.one.leave()
    text = await nurse.post(f"{one}/send")
    assert (
        "Storvik kommune har ikke fått pakken" in text
        and "Ikke kommet fram" in text
        and "Send på nytt" in text
    )
    await new.one.come_back()
    there = Browser(new)
    text = await nurse.post(f"{one}/send")
    assert "Opplysningene er kommet fram" in text and "Venter på svar fra Storvik kommune" in text, text
    assert "Venter på svar fra dere" in await there.get("/flytting")
    assert "Åpne flyttingen" in await there.get("/innboks")
    text = await there.get(one)
    assert "Flytter fra Lillefjord kommune" in text and "Penicillin" in text and "Åpne journalen" not in text
    text = await there.post(f"{one}/ta-imot")
    assert "Dere har tatt imot" in text and "Åpne journalen" in text and "Avgjør tjenestene" in text, text
    text = await nurse.get(one)
    assert "Ida Nilsen, Storvik kommune tok imot" in text and "Tatt imot" in text
    # Both logs say who sent and who took in, under the same decision.
    (taken,) = [h for h in await new.moves.mine(new.session) if one.endswith(h.id)]
    here = [e for _, e in await old.one.node.log.events_of(1, "skjerm", count=300)]
    theirs = [e for _, e in await new.one.node.log.events_of(1, taken.patient, count=300)]
    sent = next(e for e in here if e.action == "move-sent")
    took = next(e for e in theirs if e.action == "move-told")
    assert sent.decision_ref and sent.decision_ref == took.decision_ref
    assert "Lin Vik" in took.words and "Ida Nilsen" in took.words and "Storvik kommune" in sent.words
    assert any("Ida Nilsen, Storvik kommune, tok imot deg" in e.words for e in here)


async def test_she_sees_it_and_says_no(town: Neighbourhood) -> None:
    old, new = await sides(town, "sier-nei", "05824100154")
    now = datetime.now(UTC)
    held = await old.moves.plan(
        old.session, "sier-nei", new.one.org, Form.MOVE, now + timedelta(days=3), None, ALWAYS
    )
    await old.moves.send(old.session, held.id)
    her = Browser(old, Actor(ActorKind.CITIZEN, "sier-nei", "Nora Moe", 1, reference="Patient/sier-nei"))
    text = await her.get("/min/flytting")
    assert "Flytter til Storvik kommune" in text and "Det du har sperret, er ikke med." in text
    text = await her.post("/min/flytting", flytting=held.id)
    assert "Opplysningene blir ikke sendt." in text and "Avlyst" in text
    there = Browser(new)
    text = await there.get(f"/flytting/{held.id}")
    assert "Avlyst" in text and "Metoprolol" not in text and "Moe" not in text, "nothing of her is left there"
