"""The evidence of a story: a folder that somebody else can check (`akson-verify FOLDER`), with a manifest of SHA-256.

    manifest.json           {"format": "akson-evidence/2", "story", "began", "files": {path: sha256}, "key", "signature"}
    story.json              the steps in order: who, what, MsgId, receipt, time by the lab's clock, seconds; and the criteria
    wire.json               every message that the server carried: MsgId, type, from, to, times; its files below
    messages/0007.xml       as it was sent               messages/0007-990002.xml   as that receiver got it, when it differs
    receipts/0008.xml       application receipts, likewise
    books/hospital.json     each house's books: what it sent and got     sides/hospital.json     what its screen shows
    log/*.json, log/*.txt   proofs of the node's access log, when it gives them

Docs: docs/adr/0169-evidence-of-a-story.md. All persons in it are made up.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from akson_lab.stories.play import Played, PlayedStep

FORMAT = "akson-evidence/2"
MANIFEST = "manifest.json"


def write(
    played: Played,
    folder: Path,
    *,
    criteria: Mapping[str, Mapping[str, str]],
    more: Mapping[str, bytes] | None = None,
    sign: Ed25519PrivateKey | None = None,
) -> Path:
    """`criteria`: number -> {"words", "state": passed | failed | not-yet, "why"}. `more`: path -> bytes.

    `sign`: the key of the node's access log; one of this bundle's own when no node was there."""
    files: dict[str, bytes] = dict(more or {})
    wire = []
    for number, each in enumerate(played.wire, 1):
        place = f"{'receipts' if each['type'] == 'APPREC' else 'messages'}/{number:04}"
        files[f"{place}.xml"] = base64.b64decode(each["document"])
        for to in each["to"]:
            if "document" in to:
                files[f"{place}-{to['receiver']}.xml"] = base64.b64decode(to["document"])
        told = {k: v for k, v in each.items() if k not in ("document", "to")}
        to = [{k: v for k, v in t.items() if k != "document"} for t in each["to"]]
        wire.append({**told, "file": f"{place}.xml", "to": to})
    files["wire.json"] = _json(wire)
    files["story.json"] = _json(
        {
            "story": played.story.name,
            "words": played.story.words,
            "done": played.done,
            "steps": [_step(n, s) for n, s in enumerate(played.steps, 1)],
            "criteria": criteria,
            "unanswered": _unanswered(played),
        }
    )
    for name, told in played.books.items():
        files[f"books/{name}.json"] = _json(told)
    for name, told in played.shown.items():
        files[f"sides/{name}.json"] = _json(told)
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(files.items())}
    manifest = {"format": FORMAT, "story": played.story.name, "began": played.began, "files": sums}
    (folder / MANIFEST).write_bytes(signed(manifest, sign or Ed25519PrivateKey.generate()))
    return folder


def signer(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file. Raises ValueError for another kind."""
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} holds no Ed25519 key")
    return key


def signed(manifest: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The manifest with `key` and `signature`, both base64: over the format's name, a line feed, and all the rest."""
    named = {**manifest, "key": base64.b64encode(key.public_key().public_bytes_raw()).decode()}
    mark = key.sign(f"{FORMAT}\n".encode() + _json(named))
    return _json({**named, "signature": base64.b64encode(mark).decode()})


def _step(number: int, made: PlayedStep) -> dict[str, Any]:
    return {
        "place": number, "no": made.step.no, "who": made.step.who, "does": made.step.does, "awaits": made.step.awaits,
        "planned": made.step.at.isoformat(), "at": made.lab_time, "seconds": round(made.seconds, 2), "state": made.state,
        "msg_id": made.msg_id, "type": made.type, "receipt": made.status, "codes": list(made.codes), "said": made.said,
    }  # fmt: skip


def _unanswered(played: Played) -> dict[str, str]:
    """MsgId -> who has it in hand: what is in a house's books without a receipt."""
    ours = {each["msg_id"] for each in played.wire}
    found = {}
    for name, books in played.books.items():
        for sent in books["sent"]:
            if sent["msg_id"] in ours and not sent["status"]:
                found[sent["msg_id"]] = (
                    f"{name}: {'aldri sendt' if sent['withheld'] else 'venter på kvittering'}"
                )
    return found


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
