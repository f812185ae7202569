"""`LOG_AVMELDING`: the hospital tells that somebody who was ready to leave it no longer is.

Source: HIS 1149:2014. Goes to the case officers.
"""

from akson.exchange.messages.not_ready.message import MESSAGE

__all__ = ["MESSAGE"]
