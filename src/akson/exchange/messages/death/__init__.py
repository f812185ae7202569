"""`LOG_DOD`: whoever learns first that somebody who gets services has died, tells the others.

Source: HIS 1149:2014. Nobody is made dead in the record by it: her status follows from the population register.
"""

from akson.exchange.messages.death.message import MESSAGE

__all__ = ["MESSAGE"]
