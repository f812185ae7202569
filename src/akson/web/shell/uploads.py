"""A form with files: read whole, held in memory and never on a disk, and checked as any form of ours (`forms.py`).

Files come as `Upload`; what she chose on an earlier look of the page comes back in hidden fields (`carried`, `brought`), for
a browser forgets them when the page is shown again. What a file may be is not decided here.
Spec: RFC 7578 (multipart/form-data).
"""

import base64
import binascii
import hmac
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from akson.fhir.problem import Problem, ProblemKind
from akson.web.shell import forms

FORM_TYPE = "multipart/form-data"
BYTES_MAX = 24 * 1024 * 1024
"""Eight megabytes of files twice, chosen now and carried in base64, and the text beside them."""
FILES_MAX = 10
FIELDS_MAX = 100
CARRIED = "vedlagt-"
KEPT = "behold-"


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    """As the browser gives it."""
    media_type: str
    data: bytes


async def checked_form(request: Request, form_key: str) -> tuple[dict[str, str], tuple[Upload, ...]]:
    """Fields and files, of either kind of form.

    Raises: Problem as `forms.checked_fields`; (TOO_LARGE, AKS-WEB-007) beyond BYTES_MAX; (MALFORMED, AKS-WEB-006).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM_TYPE:
        return await forms.checked_fields(request, form_key), ()
    forms.require_own_origin(request)
    given, files = await _parts(request, await _body(request))
    if not hmac.compare_digest(given.get(forms.FIELD, "").encode(), forms.token(form_key).encode()):
        raise forms.refusal("AKS-WEB-002")
    return given, files


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BYTES_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-WEB-007",
                "Vedleggene er for store.",
                why="Alt i skjemaet er til sammen større enn Akson tar imot.",
                now="Gå tilbake og velg færre eller mindre filer. Det du skrev, står der.",
            )
    return bytes(body)


async def _parts(request: Request, body: bytes) -> tuple[dict[str, str], tuple[Upload, ...]]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(
        request.headers, stream(), max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=BYTES_MAX
    )
    # Never to a temporary file: these are somebody's pictures.
    parser.spool_max_size = BYTES_MAX
    try:
        read = await parser.parse()
        for _, value in read.multi_items():
            # Text by a charset of the browser's own choosing may be what no UTF-8 is.
            (value if isinstance(value, str) else value.filename or "").encode()
    except (MultiPartException, LookupError, ValueError):
        raise forms.unreadable() from None
    fields: dict[str, str] = {}
    files: list[Upload] = []
    for name, value in read.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
            if value.filename:
                files.append(Upload(value.filename, value.content_type or "", data))
        else:
            fields[name] = value
    await read.close()
    return fields, tuple(files)


def carried(upload: Upload) -> str:
    """As a hidden field."""
    name = base64.urlsafe_b64encode(upload.name.encode()).decode("ascii")
    return f"{upload.media_type}|{name}|{base64.b64encode(upload.data).decode('ascii')}"


def brought(fields: Mapping[str, str]) -> tuple[Upload, ...]:
    """Those she still wants, of what the page carried. They came back from a browser, and are as new to us as any file."""
    found = []
    for field, text in fields.items():
        number = field.removeprefix(CARRIED)
        if field.startswith(CARRIED) and fields.get(f"{KEPT}{number}") == "ja":
            found.append(_brought(text))
    return tuple(found)


def _brought(text: str) -> Upload:
    try:
        media_type, name, data = text.split("|")
        return Upload(
            base64.urlsafe_b64decode(name).decode(), media_type, base64.b64decode(data, validate=True)
        )
    except (ValueError, binascii.Error):
        raise forms.unreadable() from None
