"""`HENVISNING_NYTILSTAND` and `HENVISNING_VIDERE`: somebody is referred, for something new or on from where she was.

Source: Henvisning 2.0 (2017-11-30), in MsgHead. Older referrals have a form of their own.
"""

from akson.exchange.messages.referral.message import MESSAGES

__all__ = ["MESSAGES"]
