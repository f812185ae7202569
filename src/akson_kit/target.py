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
        body: dict[str, Any] | None = None,
        token: str | None = "",
        **headers: str,
    ) -> Answer:
        """`token` "" uses the target's own, None sends none. An HTTP error status is an answer, not an exception."""
        sent = {"Accept": "application/fhir+json", **{k.replace("_", "-"): v for k, v in headers.items()}}
        bearer = self.token if token == "" else token
        if bearer:
            sent["Authorization"] = f"Bearer {bearer}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent["Content-Type"] = "application/fhir+json"
        request = urllib.request.Request(
            f"{self.base.rstrip('/')}/{path}", data=data, method=method, headers=sent
        )
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
