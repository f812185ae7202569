"""Fullmakter: whom the reader represents, on what basis and for what; and for the citizen herself, who acts for her."""

from starlette.responses import Response

from akson.access import words as access_words
from akson.access.actor import ActorKind
from akson.care.fhir_json import display
from akson.record.acts.representing import representing
from akson.record.facts import consents
from akson.record.session import RecordSession
from akson.web.citizen.proxies.view import ProxiesView, ProxyRow
from akson.web.shell import gate, words
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import of_patient, resources, search_all, token

PATH = "/min/fullmakter"
NAMES = {
    "demographic": "navn og kontaktopplysninger",
    "service": "tjenester og avtaler",
    "message": "meldinger",
    "clinical": "helseopplysninger",
}


async def _represented(session: RecordSession) -> tuple[ProxyRow, ...]:
    """What stands now. Of one whom the reader no longer represents, nothing but that is told."""
    return tuple(
        ProxyRow(
            one.name,
            ", ".join(access_words.BASES.get(basis, (basis,))[0] for basis in one.bases),
            tuple(NAMES[name] for name in one.sees),
            words.day(one.until) if one.until else "",
            f"/min?for={one.patient}" if one.sees else "",
        )
        for one in await representing(session)
    )


async def _representatives(session: RecordSession, patient: str) -> tuple[ProxyRow, ...]:
    (found,) = await search_all(session, (of_patient("Consent", patient, token("status", "active")),))
    rows = []
    for body in resources(found.matches):
        actors = {
            actor.get("reference", {}).get("reference"): display(actor.get("reference"))
            for actor in (body.get("provision") or {}).get("actor") or []
        }
        for one in consents.representations(body):
            if one.valid_to is not None and one.valid_to <= session.at:
                continue
            rows.append(
                ProxyRow(
                    actors.get(one.representative) or "Uten navn",
                    access_words.BASES.get(one.basis, (one.basis,))[0],
                    tuple(NAMES.get(name, name) for name in one.categories) or ("hele journalen",),
                    words.day(one.valid_to) if one.valid_to else "",
                    "",
                )
            )
    return tuple(rows)


async def show(visit: Visit) -> Response:
    session, actor = visit.open(), visit.actor
    represented = await _represented(session)
    own = actor.kind is ActorKind.CITIZEN
    mine = await _representatives(session, actor.reference.removeprefix("Patient/")) if own else ()
    view = ProxiesView(own, represented, mine)
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("citizen/proxies/template.html", frame, view)


SCREEN = Screen("citizen.proxies", Audience.CITIZEN, (Way(PATH, show),))
