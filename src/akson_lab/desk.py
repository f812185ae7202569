"""The hands and eyes of the one who plays: a small HTTP server beside the town.

GET /lab              stay, faults, both books, without content          GET /    the same as a page
POST /lab/send        {"type": "ready"}
POST /lab/fault       {"kind": "loss", "chance": 0.1}                     DELETE: no fault any more
POST /lab/refuse      {"house": "gp", "type": "DIALOG_FORESPORSEL", "code": "E36"}     the next one
"""

from html import escape

from aiohttp import web

from akson_lab.faults import Fault
from akson_lab.town import GP_KINDS, KINDS, NotNow, Town

_PAGE = """<!doctype html><html lang="nb"><meta charset="utf-8"><title>Lab</title>
<style>body{{font:16px system-ui;margin:2rem;max-width:70rem}}table{{border-collapse:collapse;margin:1rem 0;width:100%}}
td,th{{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc}}</style>
<h1>Lab</h1><p>Opphold: {stay}. Feil som står: {faults}.</p>{houses}"""
_HOUSE = """<h2>{name} ({her})</h2><h3>Sendt</h3><table><tr><th>Type<th>Til<th>Forsøk<th>Kvittering</tr>{sent}</table>
<h3>Mottatt</h3><table><tr><th>Type<th>Fra<th>Kopier<th>Svart<th>Gyldig etter skjema</tr>{received}</table>"""


def routes(town: Town) -> list[web.RouteDef]:
    async def told(_: web.Request) -> web.Response:
        return web.json_response(town.told())

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=_page(town), content_type="text/html")

    async def send(request: web.Request) -> web.Response:
        kind = str((await request.json()).get("type"))
        try:
            return web.json_response({"msg_id": town.send(kind)})
        except KeyError:
            known = ", ".join([*KINDS, *GP_KINDS])
            return web.json_response({"error": f"There is no {kind!r}. There are: {known}."}, status=400)
        except NotNow as why:
            return web.json_response({"error": str(why)}, status=409)

    async def fault(request: web.Request) -> web.Response:
        try:
            town.nhn.faults.add(Fault(**await request.json()))
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
        web.get("/", page),
        web.get("/lab", told),
        web.post("/lab/send", send),
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


def _page(town: Town) -> str:
    told = town.told()
    houses = "".join(
        _HOUSE.format(
            name=escape(h["name"]),
            her=h["her"],
            sent="".join(_row(s["type"], s["to"], s["tries"], s["status"] or "–") for s in h["sent"]),
            received="".join(
                _row(r["type"], r["by"], r["copies"], " ".join([r["status"], *r["codes"]]), r["valid"])
                for r in h["received"]
            ),
        )
        for h in told["houses"].values()
    )
    standing = ", ".join(f["kind"] for f in told["faults"]["standing"]) or "ingen"
    return _PAGE.format(stay=escape(told["stay"]), faults=escape(standing), houses=houses)


def _row(*cells: object) -> str:
    return "<tr>" + "".join(f"<td>{escape(str(cell))}" for cell in cells) + "</tr>"
