"""«Mitt sammendrag»: what a doctor abroad would need to know, to read, print and take along as a file (IPS)."""

from dataclasses import dataclass

from starlette.responses import Response

from akson.fhir.codec import json
from akson.sharing.summary.document import Maker
from akson.sharing.summary.making import summary_of
from akson.sharing.summary.received import read
from akson.web.shell import gate, words
from akson.web.shell.chart import Person, person
from akson.web.shell.citizens import represented, whose
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.summaries import SummarySection, download, sections

PATH = "/min/sammendrag"
FILE = "pasientsammendrag.json"


@dataclass(frozen=True, slots=True)
class MySummary:
    person: Person
    proxy: bool
    sections: tuple[SummarySection, ...]
    file_path: str
    printed: str


async def show(visit: Visit) -> Response:
    bundle = await summary_of(visit.open(), whose(visit), _maker(visit))
    told, now = read(json.encode(bundle)), visit.house.clock.now()
    who = person({**told.patient, "id": whose(visit)}, words.local(now).date())
    view = MySummary(
        person=who,
        proxy=represented(visit)[0] != whose(visit) or who.spoken_name != visit.actor.name,
        sections=sections(told, own=True),
        file_path=f"{PATH}/fil{_for(visit)}",
        printed=f"{words.day(now)} kl. {words.clock(now)}",
    )
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/summary/template.html", frame, view)


async def file(visit: Visit) -> Response:
    return download(json.encode(await summary_of(visit.open(), whose(visit), _maker(visit))), FILE)


def _maker(visit: Visit) -> Maker:
    us = visit.house.community
    return Maker(us.name, us.organisation)


def _for(visit: Visit) -> str:
    patient = whose(visit)
    return f"?for={patient}" if represented(visit)[0] != patient else ""


SCREEN = Screen("citizen.summary", Audience.CITIZEN, (Way(PATH, show), Way(PATH + "/fil", file)))
