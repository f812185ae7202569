"""The page on which anyone checks a proof of the access log: three static files of their own, no login, no house around.

`verify.html` with its two files works from any folder, also without a network; that is why nothing of `web.shell` is in it.
"""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATH = "/verifiser/"
_FOLDER = Path(__file__).parent
_FILES = {
    "": ("verify.html", "text/html; charset=utf-8"),
    "verify.css": ("verify.css", "text/css; charset=utf-8"),
    "verify.js": ("verify.js", "text/javascript; charset=utf-8"),
}


async def _serve(request: Request) -> Response:
    found = _FILES.get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("Finnes ikke", 404)
    name, media_type = found
    return Response((_FOLDER / name).read_bytes(), headers={"content-type": media_type})


ROUTE = Route(PATH + "{name:path}", _serve)
