"""«Ny melding» and «Svar»: which message → to whom → what the record fills in, with its source → own words → send.

Nothing is stored until it is sent. What she types is never in an address; type, receiver and the message answered are.
"""

from dataclasses import replace
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from akson.fhir.problem import Problem, ProblemKind
from akson.web.shell import gate, typed, uploads
from akson.web.shell.chart import load_chart
from akson.web.shell.house import Audience, Screen, Visit, Way
from akson.web.shell.letters import CANCEL, CHANGE, CORRECT, NEW_LETTER, Order, Sheet
from akson.web.shell.waiting import waiting
from akson.web.workspace.write.view import Carried, ChooseView, WriteView

PATH = "/pasient/{patient}/ny-melding"
ACTS = (CHANGE, CANCEL, CORRECT)
"""What may be done to a message of ours."""
_FIELD = "felt-"
_COPY = "kopi-"
_ID_MAX = 64
_CODE_MAX = 4


def _patient(visit: Visit) -> str:
    return str(visit.request.path_params["patient"])


async def show(visit: Visit) -> Response:
    asked = visit.request.query_params
    type, to, about = (asked.get(name, "")[:_ID_MAX] for name in ("type", "til", "svar"))
    act = asked.get("gjor", "") if about and asked.get("gjor") in ACTS else NEW_LETTER
    letters, session = gate.letters_of(visit), visit.open()
    if act == NEW_LETTER and about and not type and not asked.get("velg"):
        type = await letters.answer_form(session, _patient(visit), about)
    if act == NEW_LETTER and (not type or not (to or about)):
        return await _choose(visit, about)
    if act != NEW_LETTER:
        type = await letters.type_of(session, _patient(visit), about)
    # A code, never words: what is asked for may be chosen by the link that leads here.
    kind = asked.get("hva", "")[:_CODE_MAX]
    words = {"kind": kind} if kind.isdecimal() else {}
    order = Order(_patient(visit), type, to, about, act, letters.new_id(), words)
    return await _page(visit, order, await letters.sheet(session, order))


async def _choose(visit: Visit, about: str) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, _patient(visit), "Meldinger", now)
    letters = gate.letters_of(visit)
    types = await letters.types(session, _patient(visit), about)
    receivers = () if about else await letters.receivers(session)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    view = ChooseView(chart, about, types, receivers)
    return visit.house.pages.page("workspace/write/choose.html", frame, view)


async def _page(visit: Visit, order: Order, sheet: Sheet, *, tried: bool = False) -> Response:
    session, now = visit.open(), visit.house.clock.now()
    chart = await load_chart(session, order.patient, "Meldinger", now)
    frame = gate.frame_of(visit.request, visit.house, visit, waiting=await waiting(session, visit.actor))
    listed = {order.to, *(copy.value for copy in sheet.copies)}
    receivers = () if order.act == CANCEL else await gate.letters_of(visit).receivers(session)
    others = tuple(one for one in receivers if one.value not in listed and one.label != sheet.receiver)
    carried = tuple(
        Carried(number, file.words, file.fault, uploads.carried(file.upload))
        for number, file in enumerate(sheet.files, 1)
    )
    view = WriteView(chart, order, sheet, tried, others, carried)
    return visit.house.pages.page("workspace/write/template.html", frame, view, status=422 if tried else 200)


async def write(visit: Visit) -> Response:
    given, chosen = await visit.form_with_files()
    letters, session = gate.letters_of(visit), visit.open()
    order = Order(
        patient=_patient(visit),
        type=given.get("type", "")[:_ID_MAX],
        to=given.get("til", "")[:_ID_MAX],
        about=given.get("svar", "")[:_ID_MAX],
        act=given.get("endring", "") if given.get("endring") in ACTS else NEW_LETTER,
        msg_id=given.get("id", "")[:_ID_MAX] or letters.new_id(),
        words={n.removeprefix(_FIELD): text for n, text in given.items() if n.startswith(_FIELD)},
        copies=_copies(given),
        files=(*uploads.brought(given), *chosen),
        confirmed=given.get("bekreft") == "ja",
    )
    if given.get("gjor") == "ring":
        await letters.call(session, order)
        return RedirectResponse("/innboks", 303)
    if given.get("gjor") == "bytt" and (other := given.get("annen-type", "")[:_ID_MAX]):
        # What she has typed goes along where the other type has room for it.
        main = next((text for text in order.words.values() if len(text) > _CODE_MAX), "")
        order = replace(order, type=other, words={})
        sheet = await letters.sheet(session, order)
        room = next((box.name for box in sheet.boxes if box.kind == "text"), "")
        order = replace(order, words={room: main} if room and main else {})
        return await _page(visit, order, await letters.sheet(session, order))
    if given.get("gjor") != "send":
        return await _page(visit, order, await letters.sheet(session, order))
    offered = None
    try:
        offered = await letters.sheet(session, replace(order, words={}))
        sheet, sent = await letters.send(session, order)
    except Problem as problem:
        if problem.kind not in (ProblemKind.CONFLICT, ProblemKind.PRECONDITION):
            raise
        if standing := await letters.standing(session, order.patient, order.msg_id):
            return _done(order.patient, standing)
        # Pressed twice, and the other was first: what stands is hers. Or somebody took the item this answers meanwhile.
        sheet, sent = await letters.send(session, order)
    if not sent:
        return await _page(visit, replace(order, confirmed=False), sheet, tried=True)
    answered = _done(order.patient, sent)
    if offered is not None:
        before = {f"{_FIELD}{box.name}": box.text for box in offered.boxes}
        answered.headers.update(typed.traced("write", given, [line.text for line in offered.lines], before))
    return answered


def _done(patient: str, sent: str) -> Response:
    return RedirectResponse(f"/pasient/{quote(patient, safe='')}/meldinger#m-{sent}", 303)


def _copies(given: dict[str, str]) -> tuple[str, ...]:
    """Those that are ticked, and the one she has chosen since."""
    ticked = [her[:_ID_MAX] for name, her in given.items() if name.startswith(_COPY)]
    return tuple(dict.fromkeys(her for her in (*ticked, given.get("ny-kopi", "")[:_ID_MAX]) if her))


SCREEN = Screen("workspace.write", Audience.STAFF, (Way(PATH, show), Way(PATH, write, "POST")))
