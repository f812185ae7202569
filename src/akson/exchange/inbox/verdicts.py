"""What became of a message in one word, out of how its item ended.

| verdict                 | when                                                                     |
| ----------------------- | ------------------------------------------------------------------------ |
| `accepted`              | taken in, and nothing is odd                                             |
| `accepted-with-warning` | taken in, and somebody is asked or told something                        |
| `rejected`              | answered with a negative receipt only                                    |
| `unreadable`            | not well-formed (T01), or nobody can read who sent it                    |
| `not-for-us`            | none of its receivers is ours                                            |
| `duplicate`             | it came before, and got the same receipt again                           |
| ""                      | not ended, or parked: our own fault                                      |
"""

from akson.exchange.inbox.pipeline import NOT_FOR_US, Outcome
from akson.exchange.judgement import UNREADABLE

ACCEPTED, WARNED = "accepted", "accepted-with-warning"
REJECTED, RUINS, ASTRAY, DUPLICATE = "rejected", "unreadable", "not-for-us", "duplicate"


def word(outcome: Outcome, warned: bool) -> str:
    if outcome.state == "duplicate":
        return DUPLICATE
    if outcome.state == "accepted":
        return WARNED if warned or any(r.codes for r in outcome.receipts) else ACCEPTED
    if outcome.state != "refused":
        return ""
    if outcome.problem == NOT_FOR_US:
        return ASTRAY
    if not outcome.receipts or any(UNREADABLE in r.codes for r in outcome.receipts):
        return RUINS
    return REJECTED
