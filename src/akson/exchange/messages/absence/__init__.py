"""`FRAVARSMELDING`: a receiver of PLO 1.5 tells that he is away. It was dropped in 1.6 and is only received.

Source: HIS 80704 annex A.
"""

from akson.exchange.messages.absence.message import MESSAGE

__all__ = ["MESSAGE"]
