"""SOAP with its documents beside it: multipart/related of XOP, read and written. Pure. Spec: RFC 2387; W3C XOP 1.0, MTOM.

parts(content_type, body)  ->  (envelope, {"1.urn:uuid:…": b"%PDF-…"})
"""

import re
from collections.abc import Mapping

from akson.fhir.problem import Problem, ProblemKind

PARTS_MAX = 200
_PARAMETER = re.compile(r';\s*([A-Za-z\-]+)\s*=\s*(?:"([^"]*)"|([^;\s]+))')
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,\-./:=? ]{1,70}")
SOAP_TYPE = "application/soap+xml"
XOP_TYPE = "application/xop+xml"


def parts(content_type: str, body: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The envelope, and what stands beside it by Content-ID. A plain envelope stands alone.

    Raises MALFORMED AKS-XDS-001 for what is no such message.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind in (SOAP_TYPE, "text/xml", "application/xml", XOP_TYPE):
        return body, {}
    told = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(content_type)}
    boundary = told.get("boundary", "")
    if kind != "multipart/related" or not _BOUNDARY.fullmatch(boundary):
        raise _odd("its media type is neither application/soap+xml nor multipart/related")
    found = [_part(raw) for raw in _between(body, boundary.encode())]
    if not found or len(found) > PARTS_MAX:
        raise _odd("it has no parts, or too many")
    start = told.get("start", "").strip("<>")
    root = next((content for id, content in found if start and id == start), found[0][1])
    return root, {id: content for id, content in found if content is not root}


def written(envelope: bytes, documents: Mapping[str, bytes], *, boundary: str) -> tuple[str, bytes]:
    """(content type, body). `boundary` must stand in none of the contents: it is made of chance."""
    kind = f'{XOP_TYPE}; charset=UTF-8; type="{SOAP_TYPE}"'
    body = [_head(boundary, kind, "envelope@akson"), envelope]
    for id, content in documents.items():
        body += [b"\r\n", _head(boundary, "application/octet-stream", id), content]
    body.append(f"\r\n--{boundary}--\r\n".encode())
    told = (
        f'multipart/related; boundary="{boundary}"; type="{XOP_TYPE}"; start="<envelope@akson>"; '
        f'start-info="{SOAP_TYPE}"'
    )
    return told, b"".join(body)


def _head(boundary: str, kind: str, id: str) -> bytes:
    lines = (
        f"--{boundary}",
        f"Content-Type: {kind}",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: <{id}>",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _between(body: bytes, boundary: bytes) -> list[bytes]:
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|$)", body)
    # Every second piece is the mark of the end; the first is the preamble, what follows the end is none.
    contents, found = pieces[::2], []
    for number, content in enumerate(contents[1:], 1):
        found.append(content)
        if number < len(pieces) // 2 and pieces[2 * number + 1]:
            break
    return found


def _part(raw: bytes) -> tuple[str, bytes]:
    head, gap, content = raw.partition(b"\r\n\r\n")
    if not gap:
        head, gap, content = raw.partition(b"\n\n")
    if not gap:
        raise _odd("a part has no headers")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head.decode("latin-1").splitlines())
    }
    if headers.get("content-transfer-encoding", "binary").lower() not in ("binary", "8bit", "7bit"):
        raise _odd("a part is encoded otherwise than binary")
    return headers.get("content-id", "").strip("<>"), content


def _odd(why: str) -> Problem:
    return Problem(ProblemKind.MALFORMED, "AKS-XDS-001", "This is no SOAP message.", why=f"Reason: {why}.")
