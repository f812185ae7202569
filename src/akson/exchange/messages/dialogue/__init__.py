"""The six dialogue messages: request, answer, note, fault, clinical dialogue, status of a referral.

Source: HIS 1151, HIS 1152, HIS 1077:2017, HIS 1206, HIS 80704 annex C. They share one format; what each is for is its code.
"""

from akson.exchange.messages.dialogue.message import MESSAGES

__all__ = ["MESSAGES"]
