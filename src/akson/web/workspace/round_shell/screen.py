"""`/runde`: the page that works without the server. It is empty until a package is opened in it. docs/adr/0209."""

import hashlib
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from akson.care.round.operation import CANNOT, MEASURES
from akson.web.shell.house import Audience, House, Screen, Way

PATH = "/runde"
WORKER_PATH = PATH + "/arbeider.js"
WORKER = Path(__file__).with_name("worker.js")
FILES = (
    "vendor/designsystemet/akson-theme.css", "vendor/designsystemet/designsystemet.css", "akson.css", "round/round.css",
    "round/main.js", "round/vault.js", "round/journal.js", "round/server.js", "round/drawing.js", "akson.svg",
    "vendor/inter/inter-latin-400-700.woff2",
)  # fmt: skip


async def shell(request: Request, house: House) -> Response:
    measures = {
        name: {"word": m.word, "unit": m.shown, "low": str(m.low), "high": str(m.high)}
        for name, m in MEASURES.items()
    }
    told = json.dumps({"measures": measures, "cannot": CANNOT}, ensure_ascii=False)
    text = house.pages.text("workspace/round_shell/template.html", node=house.node.name, told=told)
    return Response(text, media_type="text/html; charset=utf-8")


async def phone(request: Request, house: House) -> Response:
    """Whether the phone may still read its list. Asked also where nobody is logged in: the number tells nothing."""
    return JSONResponse({"state": house.sessions.phones.state(str(request.path_params["device"])[:64])})


async def worker(request: Request, house: House) -> Response:
    """With the names of what it keeps; another byte of them is another worker, and takes over at the next opening."""
    addresses = [PATH, *(house.pages.static(name) for name in FILES)]
    page = (await shell(request, house)).body
    version = hashlib.sha256(json.dumps(addresses).encode() + page).hexdigest()[:12]
    head = f"const FILES = {json.dumps(addresses)};\nconst KEPT = {json.dumps('runde-' + version)};\n"
    return Response(
        head + WORKER.read_text("utf-8"),
        media_type="text/javascript; charset=utf-8",
        headers={"service-worker-allowed": PATH},
    )


SCREEN = Screen(
    "workspace.round_shell",
    Audience.ANYONE,
    (Way(PATH, shell), Way(WORKER_PATH, worker), Way(PATH + "/telefon/{device}", phone)),
)
