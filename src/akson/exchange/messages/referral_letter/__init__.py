"""`HENVISNING`: a referral 1.0 or 1.1 as a letter of its own, root `Message`, received. Version 2.0: `messages/referral`.

Source: HIS 80228 (henvisning) and its schemas.
"""

from akson.exchange.messages.referral_letter.message import MESSAGE

__all__ = ["MESSAGE"]
