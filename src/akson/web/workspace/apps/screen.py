"""Apper: opens a registered app for the patient whose record is open (SMART EHR launch).

The app gets a handle, and asks with it for what it may see; the patient's id does not stand in any address.
"""

from urllib.parse import urlencode

from starlette.responses import Response

from akson.identity.smart.clients import Client
from akson.identity.smart.server import Launch
from akson.record.values import ID
from akson.web.shell import gate, problems, words
from akson.web.shell.chart import person
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.reading import resource
from akson.web.workspace.apps.view import AppChoice, AppsView, StartView

PATH = "/pasient/{id}/apper"


def _startable(visit: Visit) -> tuple[Client, ...]:
    known = visit.house.apps.clients.every() if visit.house.apps else ()
    return tuple(c for c in known if c.launch_url and c.tenant == visit.actor.tenant)


async def _patient(visit: Visit) -> tuple[str, str]:
    """Id and name. Refused as if she did not exist when the reader may not open the record."""
    id = visit.request.path_params["id"]
    if not ID.fullmatch(id):
        raise problems.no_page()
    found = resource(await visit.open().read("Patient", id))
    return id, person(found, words.local(visit.house.clock.now()).date()).name


async def show(visit: Visit) -> Response:
    id, name = await _patient(visit)
    apps = tuple(AppChoice(client.id, client.name) for client in _startable(visit))
    frame = gate.frame_of(visit.request, visit.house, visit)
    return visit.house.pages.page("workspace/apps/template.html", frame, AppsView(id, name, apps))


async def start(visit: Visit) -> Response:
    given = await visit.form()
    id, _ = await _patient(visit)
    client = next((c for c in _startable(visit) if c.id == given.get("app")), None)
    if client is None or visit.house.apps is None:
        raise problems.no_page()
    launch = Launch(client.id, visit.actor.id, visit.actor.tenant, id)
    fhir = visit.house.fhir or f"{visit.request.url.scheme}://{visit.request.url.netloc}/fhir"
    query = urlencode({"iss": fhir, "launch": visit.house.apps.launched(launch)})
    address = f"{client.launch_url}{'&' if '?' in client.launch_url else '?'}{query}"
    frame = gate.Frame(node=visit.house.node.name, now=visit.house.clock.now())
    return visit.house.pages.page("workspace/apps/start.html", frame, StartView(address, client.name))


SCREEN = Screen("workspace.apps", Audience.STAFF, (Way(PATH, show), Way(PATH, start, "POST")))
