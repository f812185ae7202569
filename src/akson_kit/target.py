"""The system under test, seen only from outside: a FHIR base address and a token."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

ANSWER_BYTES_MAX = 20_000_000
ANSWER_TIME_MAX_S = 30


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def resource(self) -> dict[str, Any]:
        """The body as FHIR JSON, or an empty object when it is something else."""
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}


@dataclass(frozen=True, slots=True)
class Target:
    base: str
    token: str | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | bytes | None = None,
        token: str | None = "",
        **headers: str,
    ) -> Answer:
        """`token` "" uses the target's own, None sends none. An HTTP error status is an answer, not an exception.

        A `body` of bytes is sent as it is, with the `Content_Type` that `headers` say.
        """
        sent = {"Accept": "application/fhir+json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        bearer = self.token if token == "" else token
        if bearer:
            sent["Authorization"] = f"Bearer {bearer}"
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/fhir+json")
        base = self.base.rstrip("/")
        url = path if path.startswith(("http://", "https://")) else f"{base}/{path}".rstrip("/")
        if not url.startswith(base):
            return Answer(0, {}, b"")  # The token is for the system under test and nobody else.
        request = urllib.request.Request(url, data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_TIME_MAX_S) as reply:
                return Answer(reply.status, dict(reply.headers), reply.read(ANSWER_BYTES_MAX))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, dict(refused.headers), refused.read(ANSWER_BYTES_MAX))


@dataclass(frozen=True, slots=True)
class Finding:
    met: bool
    seen: str
    """What was seen, in one sentence, so that a vendor can find the fault."""


@dataclass(frozen=True, slots=True)
class Requirement:
    id: str
    text: str
    source: str
    check: Callable[[Target], Finding]
