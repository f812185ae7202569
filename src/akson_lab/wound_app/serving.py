"""Serves the app's pages: static files, and which systems it may be opened at by itself. No session, no key, no back end.

async with served(("Storvik", "http://127.0.0.1:8080/fhir")) as address: ...
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from aiohttp import web

CLIENT_ID = "sarmappen"
NAME = "Sårmappen"
SCOPES = (
    "launch launch/patient openid fhirUser patient/Patient.rs patient/Condition.rs patient/CarePlan.rs"
    " patient/Observation.crs patient/Media.crs"
)
"""The most it asks for: `akson client add sarmappen --scopes …`."""
_PAGES = {"/app.js": "text/javascript", "/smart.js": "text/javascript", "/app.css": "text/css"}
_SAFE = {
    # Which systems it asks is the user's choice; what runs in it is its own.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src *;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def app(*systems: tuple[str, str]) -> web.Application:
    """`systems`: (name, FHIR address) of each that may be chosen."""
    folder = files("akson_lab.wound_app") / "page"

    def page(name: str, kind: str) -> web.Response:
        return web.Response(
            text=(folder / name).read_text("utf-8"), content_type=kind, charset="utf-8", headers=_SAFE
        )

    async def index(_: web.Request) -> web.Response:
        return page("index.html", "text/html")

    async def static(request: web.Request) -> web.Response:
        return page(request.path.removeprefix("/"), _PAGES[request.path])

    async def config(_: web.Request) -> web.Response:
        told = {"clientId": CLIENT_ID, "servers": [{"name": name, "iss": iss} for name, iss in systems]}
        return web.json_response(told, headers=_SAFE)

    made = web.Application()
    made.add_routes(
        [web.get("/", index), web.get("/config.json", config), *(web.get(path, static) for path in _PAGES)]
    )
    return made


@asynccontextmanager
async def served(*systems: tuple[str, str], port: int = 0) -> AsyncIterator[str]:
    """Gives its address: `http://localhost:8705`. It listens on loopback alone."""
    runner = web.AppRunner(app(*systems), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
