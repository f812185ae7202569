"""Cursors in next links, sealed to reader and search: nobody goes on in a search that is not the one she began.

A cursor holds the last sort key, which is content. It is bound to who asked and to the parameters by an HMAC; the access
decision is made anew on every page all the same.
"""

import base64
import hmac
from hashlib import sha256

from akson.fhir.problem import Problem, ProblemKind

_SEAL_BYTES = 16


class Seal:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def close(self, belongs_to: str, cursor: str) -> str:
        return f"{self._mark(belongs_to, cursor)}.{cursor}"

    def open(self, belongs_to: str, sealed: str) -> str:
        """Raises Problem MALFORMED AKS-API-010 when it is not one of ours, for this reader and search."""
        mark, _, cursor = sealed.partition(".")
        if not cursor or not hmac.compare_digest(mark.encode(), self._mark(belongs_to, cursor).encode()):
            raise Problem(
                ProblemKind.MALFORMED,
                "AKS-API-010",
                "The place to go on from is not valid here.",
                why="It belongs to another search or another reader, or was altered.",
                now="Follow the next link as it was given, or search again.",
                code="value",
            )
        return cursor

    def _mark(self, belongs_to: str, cursor: str) -> str:
        digest = hmac.new(self._key, f"{belongs_to}\n{cursor}".encode(), sha256).digest()[:_SEAL_BYTES]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
