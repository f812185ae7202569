"""From what two books show together to what is done about it: the lost go again, with the ids they had."""

from collections.abc import Iterable

from akson.exchange.ledger.statement import Comparison
from akson.exchange.outbox.outbox import Outbox
from akson.fhir.problem import Problem
from akson.store.outbox_rows import OutboxRow


async def send_the_lost_again(
    outbox: Outbox, rows: Iterable[OutboxRow], comparison: Comparison
) -> list[OutboxRow]:
    """Of `rows` (all that went to that partner) those which he had confirmed and has no more. Gives what goes again.

    What was lost on the way is overdue or will be: its owner decides, for she may have rung meanwhile.
    """
    lost = set(comparison.lost_there)
    again: list[OutboxRow] = []
    for row in rows:
        if row.msg_id in lost and row.sending.state == "done":
            try:
                again.append(await outbox.lost_there(row.id))
            except Problem as problem:
                # Somebody else reconciles at the same time, and was first.
                if problem.id != "AKS-EXCHANGE-021":
                    raise
    return again
