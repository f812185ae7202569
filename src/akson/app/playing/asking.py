"""Questions to a running lab, over HTTP on loopback."""

import json
import urllib.error
import urllib.request
from typing import Any

from akson.fhir.problem import Problem, ProblemKind

WAIT_S = 10


def ask(address: str, path: str, body: object = None, method: str = "") -> Any:
    """JSON of the answer. Raises Problem AKS-POST-012 (no answer), -013 (the lab says no)."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - the address is what our own lab wrote
        address + path, data, method=method or ("GET" if body is None else "POST")
    )
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        told = json.loads(refused.read() or b"{}").get("error", f"status {refused.code}")
        raise Problem(
            ProblemKind.PRECONDITION, "AKS-POST-013", told, now="akson lab show tells how it stands."
        ) from None
    except OSError:
        raise Problem(
            ProblemKind.OVERLOADED,
            "AKS-POST-012",
            f"The lab at {address} does not answer.",
            now="Start it: akson lab up.",
        ) from None
