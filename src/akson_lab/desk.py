"""The hands and eyes of the one who plays: a small HTTP server beside the town.

GET /lab              stay, faults, all books, without content           GET /             the same as a page
GET /lab/house/gp     that house's own side: stays or patients, worklist    GET /house/gp     the same as a page
GET /lab/wire         what the server carried, with content (?from=7)
POST /lab/send        {"type": "ready", "house": "hospital", "how": {"stay": "B"}}
POST /lab/clock       {"to": "2026-11-16T09:00+01:00"}, {"leap_s": 3600}, {"speed": 60}
POST /lab/begin       {"at": "2026-11-16T09:00+01:00"}: a story begins
POST /lab/live        {"days": 3, "seed": 7}: random days
POST /lab/fault       {"kind": "loss", "chance": 0.1, "house": "hospital", "type": "LOG_INNLAGT"}    DELETE: none more
POST /lab/refuse      {"house": "gp", "type": "DIALOG_FORESPORSEL", "code": "E36"}     the next one
"""

import base64
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from akson_lab import pages
from akson_lab.faults import Fault
from akson_lab.houses.prescription_hub import KINDS as HUB_KINDS
from akson_lab.nhn.messages import Message
from akson_lab.town import GP_KINDS, KINDS, NotNow, Town


def routes(town: Town) -> list[web.RouteDef]:
    async def told(_: web.Request) -> web.Response:
        return web.json_response(town.told())

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=pages.front(town.told()), content_type="text/html")

    async def side(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in town.played:
            raise web.HTTPNotFound(text=f"Det finnes: {', '.join(town.played)}.")
        text = pages.house(name, town.shown(name), town.houses[name].told())
        return web.Response(text=text, content_type="text/html")

    async def shown(request: web.Request) -> web.Response:
        try:
            return web.json_response(town.shown(request.match_info["name"]))
        except KeyError:
            return web.json_response({"error": f"There are: {', '.join(town.played)}."}, status=404)

    async def wire(request: web.Request) -> web.Response:
        kept = list(town.nhn.messages.kept.values())
        first = request.query.get("from", "")
        listed = [_carried(m) for m in kept[int(first) :]] if first.isdecimal() else []
        return web.json_response({"count": len(kept), "messages": listed})

    return [
        web.get("/", page),
        web.get("/house/{name}", side),
        web.get("/lab", told),
        web.get("/lab/house/{name}", shown),
        web.get("/lab/wire", wire),
        *_playing(town),
        *_time(town),
        *_faults(town),
    ]


def _playing(town: Town) -> list[web.RouteDef]:
    async def send(request: web.Request) -> web.Response:
        body = await request.json()
        kind = str(body.get("type"))
        try:
            return web.json_response(
                {"msg_id": town.send(kind, house=str(body.get("house", "")), **body.get("how", {}))}
            )
        except KeyError:
            known = ", ".join([*KINDS, *GP_KINDS, *HUB_KINDS])
            return web.json_response({"error": f"There is no {kind!r}. There are: {known}."}, status=400)
        except (TypeError, ValueError, IndexError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        except NotNow as why:
            return web.json_response({"error": str(why)}, status=409)

    return [web.post("/lab/send", send)]


def _time(town: Town) -> list[web.RouteDef]:
    async def clock(request: web.Request) -> web.Response:
        """Never backwards: a story begins for that."""
        body = await request.json()
        try:
            if "to" in body:
                town.nhn.clock.jump(max(town.nhn.clock.now(), datetime.fromisoformat(body["to"])))
            if "leap_s" in body:
                town.nhn.clock.leap(timedelta(seconds=max(0.0, float(body["leap_s"]))))
            if "speed" in body:
                town.nhn.clock.pace(max(0.0, float(body["speed"])))
        except (TypeError, ValueError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        return web.json_response({"now": town.nhn.clock.now().isoformat(), "speed": town.nhn.clock.speed})

    async def begin(request: web.Request) -> web.Response:
        try:
            town.begin(datetime.fromisoformat((await request.json())["at"]))
        except (KeyError, TypeError, ValueError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        return web.json_response({"now": town.nhn.clock.now().isoformat()})

    async def live(request: web.Request) -> web.Response:
        body = await request.json()
        town.live(int(body.get("days", 1)), int(body.get("seed", town.seed)))
        assert town.days is not None
        return web.json_response({"ends": town.days.ends.isoformat(), "planned": len(town.days.planned())})

    return [web.post("/lab/clock", clock), web.post("/lab/begin", begin), web.post("/lab/live", live)]


def _faults(town: Town) -> list[web.RouteDef]:
    async def fault(request: web.Request) -> web.Response:
        body = await request.json()
        house = body.pop("house", "")
        if house and house not in town.played:
            return web.json_response({"error": f"There are: {', '.join(town.played)}."}, status=400)
        try:
            town.fault(Fault(**body, sender=town.played[house].her if house else 0))
        except (TypeError, ValueError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        return web.json_response(town.nhn.faults.told())

    async def mended(_: web.Request) -> web.Response:
        town.nhn.faults.clear()
        return web.json_response(town.nhn.faults.told())

    async def refuse(request: web.Request) -> web.Response:
        told = await request.json()
        house = town.houses.get(told.get("house"))
        if house is None or not told.get("type") or not told.get("code"):
            return web.json_response({"error": "It takes house, type and code."}, status=400)
        house.refusals[told["type"]] = told["code"]
        return web.json_response(house.refusals)

    return [
        web.post("/lab/fault", fault),
        web.delete("/lab/fault", mended),
        web.post("/lab/refuse", refuse),
    ]


async def serve(town: Town, port: int) -> tuple[web.AppRunner, str]:
    """On loopback; gives what to clean up, and the address."""
    app = web.Application()
    app.add_routes(routes(town))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


def _carried(message: Message) -> dict[str, Any]:
    def text(document: bytes) -> str:
        return base64.b64encode(document).decode()

    to = [
        {
            "receiver": d.receiver, "lost": d.lost, "read": d.read, "apprec": d.status,
            **({} if d.document == message.document else {"document": text(d.document)}),
        }
        for d in message.deliveries.values()
    ]  # fmt: skip
    seen = message.seen
    return {
        "msg_id": seen.id.lower(), "answers": seen.answers.lower(), "status": seen.status, "type": message.type,
        "sender": message.sender, "at": message.at.isoformat(), "document": text(message.document), "to": to,
    }  # fmt: skip
