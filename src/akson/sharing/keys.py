"""What a question shows at each door it comes to. How it is got (HelseID) is the wiring's; here it is only used."""

from collections.abc import Mapping
from typing import Protocol


class Key(Protocol):
    """Of one question: a token bound to a key of ours, with an attestation for the one patient it is about."""

    @property
    def decision(self) -> str:
        """`decision_ref` of the attestation: what the asker's log and every source's have in common."""
        ...

    def headers(self, method: str, url: str, *, nonce: str = "") -> Mapping[str, str]:
        """For one request; `nonce` when that source asked for one."""
        ...
