"""`LOG_UTSKRIVNINGSKLAR`: the hospital tells that somebody is ready to leave it, and by whose decision.

Source: HIS 1149:2014; FOR-2011-11-18-1115, §10 and §11. Goes to the case officers, who answer at once whether the
municipality can receive her. From the day it is told, the municipality may have to pay.
"""

from akson.exchange.messages.ready_for_discharge.message import MESSAGE

__all__ = ["MESSAGE"]
