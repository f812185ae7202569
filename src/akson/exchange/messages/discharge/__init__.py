"""`LOG_UTSKREVET`: the hospital tells that the citizen has left it, and where to.

Source: HIS 1149:2014. Goes to the nursing service, so that it can take up again what it paused.
"""

from akson.exchange.messages.discharge.format import STRUCTURE
from akson.exchange.messages.discharge.message import MESSAGE, Discharge

__all__ = ["MESSAGE", "STRUCTURE", "Discharge"]
