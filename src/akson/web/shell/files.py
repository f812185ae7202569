"""One file handed to the browser so that nothing in it can run (ADR 0154).

The content security policy puts it in a sandbox without script, forms or requests; `nosniff` (shell.headers) keeps its type
what we say it is. Who may open it, the caller has asked.
"""

from urllib.parse import quote

from starlette.responses import Response

from akson.care.contacts.files import File

SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The browser's own page around a picture styles itself inline; nothing of ours and nothing of the sender's does."""


def handed_over(file: File) -> Response:
    body, type = file.data, file.media_type
    if type == "text/plain":
        body, type = as_utf8(file.data).encode(), "text/plain; charset=utf-8"
    kept = "inline" if file.shown else "attachment"
    disposition = f"{kept}; filename*=UTF-8''{quote(file.name, safe='')}"
    return Response(
        body,
        headers={
            "content-type": type,
            "content-disposition": disposition,
            "content-security-policy": SANDBOX,
        },
    )


def as_utf8(data: bytes) -> str:
    """Senders write ISO-8859-1 too, and a browser cannot be told which."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
