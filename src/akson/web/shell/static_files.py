"""Static files with the hash of their content in the name, compressed once, served from memory and never stale.

`akson.css` is served as `/static/akson.3f9c1a2b7d.css`; a `url("x")` inside a stylesheet is rewritten to the hashed
name. Templates ask `Statics.url("akson.css")`. Nothing that depends on a user belongs here.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from akson.web.shell.used_rules import cut, used_in

FOLDER = Path(__file__).parent / "static"
WEB = Path(__file__).parents[1]
COMPONENTS = "vendor/designsystemet/designsystemet.css"
"""Of which the templates use a few."""
PREFIX = "/static/"
HASH_LENGTH = 10
FOREVER = "public, max-age=31536000, immutable"
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
COMPRESSED = (".css", ".js", ".svg")
# `from "./vault.js"` in a module that stands beside it.
_IMPORT = re.compile(rb'from "\./([a-z_]+\.js)"')
# A quoted relative address in a stylesheet; `data:` and absolute ones are left alone.
_CSS_URL = re.compile(rb'url\("([A-Za-z0-9_./-]+)"\)')


@dataclass(frozen=True, slots=True)
class StaticFile:
    name: str
    """Name in the address: `akson.3f9c1a2b7d.css`."""
    body: bytes
    gzipped: bytes | None
    media_type: str


def _fingerprinted(path: str, body: bytes) -> StaticFile:
    digest = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
    stem, suffix = path.rsplit(".", 1)
    small = gzip.compress(body, 9, mtime=0) if f".{suffix}" in COMPRESSED else None
    return StaticFile(f"{stem}.{digest}.{suffix}", body, small, MEDIA_TYPES[f".{suffix}"])


class Statics:
    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(p for p in folder.rglob("*") if p.suffix in MEDIA_TYPES)
        # Stylesheets last, since they name the others.
        paths.sort(key=lambda p: p.suffix == ".css")
        self._folder = folder
        self._by_path: dict[str, StaticFile] = {}
        for path in paths:
            self._take(path)
        self._by_name = {file.name: file for file in self._by_path.values()}

    def _take(self, path: Path) -> StaticFile:
        """With what it names first: its own name then holds the hash of theirs. A circle of modules is an endless one."""
        relative = path.relative_to(self._folder).as_posix()
        if relative not in self._by_path:
            body = path.read_bytes()
            if relative == COMPONENTS:
                body = cut(body, used_in(WEB))
            if path.suffix == ".css":
                body = _CSS_URL.sub(self._hashed_url, body)
            if path.suffix == ".js":
                body = _IMPORT.sub(lambda found: self._hashed_import(path, found), body)
            self._by_path[relative] = _fingerprinted(relative, body)
        return self._by_path[relative]

    def _hashed_import(self, path: Path, found: re.Match[bytes]) -> bytes:
        beside = self._take(path.with_name(found.group(1).decode()))
        return f'from "{PREFIX}{beside.name}"'.encode()

    def _hashed_url(self, found: re.Match[bytes]) -> bytes:
        return f'url("{self.url(found.group(1).decode())}")'.encode()

    def url(self, path: str) -> str:
        """The address of a file under `static/`; KeyError when there is none, so that a test finds it."""
        return PREFIX + self._by_path[path].name

    def __contains__(self, path: str) -> bool:
        return path in self._by_path

    async def serve(self, request: Request) -> Response:
        file = self._by_name.get(request.path_params["name"])
        if file is None:
            return PlainTextResponse("Finnes ikke", 404)
        headers = {"cache-control": FOREVER, "content-type": file.media_type, "vary": "accept-encoding"}
        if file.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.gzipped, headers=headers | {"content-encoding": "gzip"})
        return Response(file.body, headers=headers)
