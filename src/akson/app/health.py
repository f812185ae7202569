"""Is this worker able to answer? Asks both databases something small. No patient data, no versions, no addresses."""

import asyncio
from typing import Any

from akson.app.wiring import Node

PATIENCE_S = 5.0


async def healthy(node: Node) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of /helse: 200 and `pass`, or 503 and which part does not answer."""
    record, log = await asyncio.gather(_answers(node.record.store.pending(1)), _answers(node.log.rows.size()))
    sound = record and log
    body = {"status": "pass" if sound else "fail", "record": _word(record), "log": _word(log)}
    return (200 if sound else 503), body


async def _answers(question: Any) -> bool:
    try:
        await asyncio.wait_for(question, PATIENCE_S)
    except Exception:
        return False
    return True


def _word(sound: bool) -> str:
    return "pass" if sound else "fail"
